# SPDX-License-Identifier: GPL-3.0-or-later
"""The words on the screen, in the language that a test speaks: Chinese, or English when its program is called with "en". What gettext translates is asked for by its English text,
what the catalogue says by its Chinese label, so that one test reads the same in both languages."""
import gettext
import json
import sys

from house import BUILD, TOP

LANGUAGE = "en" if "en" in sys.argv[1:] else "zh_CN"

translation = gettext.NullTranslations() if LANGUAGE == "en" else gettext.translation("ruhu", BUILD / "po", [LANGUAGE])
_, ngettext, pgettext = translation.gettext, translation.ngettext, translation.pgettext


def labels():
    """Chinese → this language, of every label in the catalogue: what is one word in Chinese may be several."""
    found = {}

    def walk(node):
        if isinstance(node, dict):
            if isinstance(node.get("zh_CN"), str) and isinstance(node.get("en"), str):
                found.setdefault(node["zh_CN"], set()).add(node[LANGUAGE])
            for child in node.values():
                walk(child)
        elif isinstance(node, list):
            for child in node:
                walk(child)

    for path in sorted((TOP / "schema" / "catalogue").glob("*.json")):
        walk(json.loads(path.read_text(encoding="utf-8")))
    found.update({"是": {_("Yes")}, "否": {_("No")}})
    return found


LABELS = labels()


def words(chinese):
    """What a label of the catalogue may be called; anything else as it is."""
    return LABELS.get(chinese, {chinese})


def word(chinese):
    """The same where it has one name."""
    return min(words(chinese))
