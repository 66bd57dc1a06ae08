"""Build what goes to Lambda: two layers, and one small zip a function.

SAM calls in through `targets.mk` (`BuildMethod: makefile`). The standard library and
uv are all it takes.
"""
