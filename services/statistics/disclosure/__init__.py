"""Statistical disclosure control: which figures may be shown, by primary and secondary suppression. Pure."""
