"""What the model storyteller is made of: the client, the prompt, and the reading of replies."""
