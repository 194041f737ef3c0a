"""A conversation as one file to keep: HTML that needs nothing else, with every quote, its place, and its file's hash.

`verify_pack` reads such a file later and compares every quote with the sources as they are then. What a person sees in
the file is what is compared: the quotes are taken from the shown text. The file holds no script and loads nothing. This
room does not know how an answer was made.
"""

from rag.evidence.pack import Asked, Said, make_pack
from rag.evidence.pack_check import Standing, Verdict, verify_pack

__all__ = ["Asked", "Said", "Standing", "Verdict", "make_pack", "verify_pack"]
