"""Finding, trying, downloading and running models, and keeping them in the settings."""
