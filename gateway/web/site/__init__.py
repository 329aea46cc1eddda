"""The frame of every page: navigation, forms, help, and the cache of public pages."""
