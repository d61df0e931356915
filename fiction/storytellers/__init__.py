"""Those who tell the story: a model behind a server, and the built-in storyteller."""
