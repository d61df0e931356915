"""Saves: one SQLite file for each story, and the folder of saves.

`store.SaveFile` implements `engine.ports.SaveStore`, `archive.SaveArchive` implements `engine.ports.Archive`,
`library.SaveLibrary` is the folder. Promises: a turn is on disk before the next choice can be typed; text is exact or
reported as damaged, never silently wrong; a save of any released version opens in every later one.
"""
