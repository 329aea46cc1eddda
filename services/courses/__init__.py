"""What is taught: drafts and their reviews, immutable versions, the catalogue, media."""
