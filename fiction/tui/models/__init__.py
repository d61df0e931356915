"""The screens on which a storyteller is found, tried out and chosen."""
