"""The screens before a story: title, worlds, saves, and who the reader is."""
