"""Saves: one SQLite file a story, and the folder they lie in.

`store.SaveFile` implements `engine.ports.SaveStore`, `archive.SaveArchive` implements `engine.ports.Archive`,
`library.SaveLibrary` is the folder. Promises: a turn that was seen is on disk before the next can be typed; no text is ever
silently wrong (it is exact, or the save says that it is damaged); a save of any released version opens in a later one.
"""
