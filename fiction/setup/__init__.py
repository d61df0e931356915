"""Finding a mind to tell the stories, trying it, fetching it, running it, keeping it in the settings."""
