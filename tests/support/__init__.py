"""What several rooms' tests share: a storyteller that follows a script, and a memory that remembers in a list."""
