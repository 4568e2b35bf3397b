"""The lab: artificial languages with real typology, for a study whose truth is known. See docs/lab.md.

`atlas.lab.tables` makes the data sets, `atlas.lab.corpus` the text for pretraining.
"""
