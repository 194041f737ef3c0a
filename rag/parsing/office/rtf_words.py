"""Control words of RTF by what they open: groups that are no words of the document, and those that are."""

from __future__ import annotations

import re

__all__ = ["BREAKS", "HEADS", "KNOWN", "SIGNS", "SKIPPED", "SPOKEN", "STORIES", "TABLES"]

SIGNS = {
    **{"tab": "\t", "line": "\n", "lbr": "\n", "emdash": "—", "endash": "–", "emspace": " ", "enspace": " "},
    **{"qmspace": " ", "bullet": "•", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "~": "\xa0"},
    **{"_": "-", "-": "", "{": "{", "}": "}", "\\": "\\", "column": " ", "softline": " ", "zwj": "\u200d"},
    **{"zwnj": "\u200c", "|": "", ":": ""},
}
BREAKS = ("par", "\n", "\r", "sect", "page")
SKIPPED = frozenset(
    re.findall(
        r"\w+",
        "colortbl listtable listoverridetable rsidtbl themedata colorschememapping datastore latentstyles generator "
        "xmlnstbl revtbl filetbl fldinst bkmkstart bkmkend objdata objname nonshppict shprslt xe tc txe rxe atnid "
        "atndate atnref atnparent atntime atnicn atrfstart atrfend atnauthor ftnsep ftnsepc ftncn aftnsep aftnsepc "
        "aftncn pgptbl passwordhash userprops docvar operator author manager company category keywords comment doccomm "
        "hlinkbase subject revtim printim buptim pgdsctbl mmathPict blipuid panose falt fontemb nonesttables "
        "protusertbl listname ffname ffdeftext ffhelptext ffstattext ffentrymcr ffexitmcr ffformat formfield datafield "
        "template background wgrffmtfilter pnseclvl sn sv levelnumbers leveltext mailmerge picprop metafile pntxtb "
        "pntxta fchars lchars defchp defpap upr",
    )
)
SPOKEN = frozenset(  # starred, and yet the document's words
    re.findall(
        r"\w+",
        "shppict shpinst shptxt dptxbxtext footnote nesttableprops annotation moMath moMathPara mr msup msub me mnum "
        "mden pntext objclass cs pn",
    )
)
STORIES = frozenset(["footnote", "annotation", "shptxt", "dptxbxtext"])
HEADS = frozenset(["header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf"])
TABLES = frozenset(["fonttbl", "stylesheet", "title", "creatim", "objclass"])
KNOWN = (
    frozenset(SIGNS)
    | frozenset(BREAKS)
    | frozenset(  # inside a group; the rest is how things look
        re.findall(
            r"\w+",
            "f fcharset s outlinelevel u uc v deleted plain ansicpg deff mac pc pca pard intbl itap ls cell nestcell "
            "row nestrow trowd clmrg clvmrg cellx chpgn yr mo dy fonttbl bin",
        )
    )
    | {"*"}
)
