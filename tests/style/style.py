#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The house's rules that a program can check, each a test of its own.

    tests/style/style.py CHECK…     one of the names below, or "all"
    tests/style/style.py --root DIR CHECK…
"""
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

C = (".c", ".h")
SYSTEM_INCLUDE = re.compile(r'^\s*#\s*include\s*<([^>]+)>')
OWN_INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"')

# Which of our folders a folder may include from. tests/ may include everything.
MAY_INCLUDE = {
    "schema": {"schema"},
    "syncd/wire": {"syncd/wire", "schema"},
    "syncd/agent": {"syncd/agent", "syncd/wire", "schema"},
    "syncd/township": {"syncd/township", "syncd/wire", "schema"},
    "client": {"client", "schema"},
}
# Code that the build makes from the D-Bus description, and from resources.
GENERATED = re.compile(r"^(config\.h|ruhu-sync1?(-dbus|-generated)?\.h|ruhu-[a-z-]*resources\.h)$")
# A library's headers → where they may be included (prefix of the file's path). tests/ may use all.
LIBRARY = [
    (re.compile(r"^curl/"), ["syncd/agent/"]),
    (re.compile(r"^microhttpd"), ["syncd/township/"]),
    (re.compile(r"^(gtk|gdk|gsk|adwaita|pango|graphene)"), ["client/"]),
    (re.compile(r"^sqlite3"), ["schema/ruhu-database"]),
    (re.compile(r"^libpq"), ["schema/ruhu-database-postgres"]),
    (re.compile(r"^libsecret/"), ["syncd/agent/"]),
    (re.compile(r"^gnutls/"), ["syncd/"]),
    # ECDH alone, until GnuTLS 3.8.2 is everywhere: bundles.
    (re.compile(r"^(nettle/|gmp)"), ["syncd/wire/ruhu-bundle.c"]),
]
# The one error domain registers its names with GDBus; that is all of D-Bus in schema.
DBUS_WORDS = re.compile(r"\b(g_dbus_(?!error_register)|GDBus(?!ErrorEntry)|g_bus_)")
NO_LICENCE_LINE = re.compile(r"(^LICENSE$|\.md$|\.json$|\.jsonl$|\.ndjson$|\.png$|\.xlsx$|\.db$|\.po$|(^|/)corpus/|(^|/)corpora/|^\.clang-format$|^\.gitignore$|\.expected$)")
MAX_FILE, MAX_FUNCTION, MOST_FUNCTIONS = 600, 100, 50
MACHINE_PATH = re.compile(r"(?<![\w.$}{])/(?:work|farm|root|home/\w+|Users)/[A-Za-z.]")


class Tree:
    def __init__(self, root):
        self.root = Path(root)

    def files(self, *suffixes):
        """What git tracks or would track, so that build folders do not count; without git, everything but them."""
        listed = subprocess.run(["git", "-c", "safe.directory=*", "-C", str(self.root), "ls-files", "-co", "--exclude-standard"],
                                capture_output=True, text=True)
        if listed.returncode == 0 and (self.root / ".git").exists():
            names = listed.stdout.splitlines()
        else:
            names = [str(p.relative_to(self.root)) for p in self.root.rglob("*") if p.is_file()]
            names = [n for n in names if not re.match(r"(_|build|\.git/)", n)]
        return sorted(n for n in set(names) if (not suffixes or n.endswith(suffixes)) and (self.root / n).is_file())

    def text(self, name):
        return (self.root / name).read_text(encoding="utf-8", errors="replace")

    def lines(self, name):
        return self.text(name).splitlines()


def without_comments(text):
    """C with comments and literals blanked, line by line in the same places."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match.group(0))
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, text, flags=re.S)


def room_of(name):
    return max((room for room in MAY_INCLUDE if name.startswith(room + "/")), key=len, default=None)


def check_layers(tree):
    """Dependencies run one way: DESIGN.md's arrows, read from the #include lines."""
    sources = tree.files(*C)
    where = {}
    for name in sources:
        where.setdefault(Path(name).name, set()).add(str(Path(name).parent))
    for name in sources:
        room = room_of(name)
        if room is None:
            continue
        for number, line in enumerate(tree.lines(name), 1):
            own, system = OWN_INCLUDE.match(line), SYSTEM_INCLUDE.match(line)
            if own:
                base = Path(own.group(1)).name
                homes = where.get(base, set())
                if not homes and not GENERATED.match(base):
                    yield f"{name}:{number}: {base} is neither ours nor known to be generated"
                elif homes and not any(room_of(home + "/") in MAY_INCLUDE[room] for home in homes):
                    yield f"{name}:{number}: {room} may not include {base} of {', '.join(sorted(homes))}"
                elif ".." in own.group(1):
                    yield f"{name}:{number}: include by name, not by a way through the folders"
            for library, allowed in LIBRARY if system else ():
                if library.match(system.group(1)) and not any(name.startswith(p) for p in allowed):
                    yield f"{name}:{number}: <{system.group(1)}> belongs in {', '.join(allowed)} only"
        if room == "schema":
            for number, line in enumerate(without_comments(tree.text(name)).splitlines(), 1):
                if DBUS_WORDS.search(line):
                    yield f"{name}:{number}: schema knows no D-Bus"


def check_format(tree):
    """clang-format decides layout."""
    sources = tree.files(*C)
    run = subprocess.run(["clang-format", "--dry-run", "-Werror", "--ferror-limit=1"] + sources, cwd=tree.root, capture_output=True, text=True)
    if run.returncode != 0:
        found = [line for line in run.stderr.splitlines() if "error:" in line]
        yield from found or [run.stderr.strip() or "clang-format failed"]


def check_licence(tree):
    """Each file names its licence at its top."""
    for name in tree.files():
        if not NO_LICENCE_LINE.search(name) and "SPDX-License-Identifier: GPL-3.0-or-later" not in "\n".join(tree.lines(name)[:5]):
            yield f"{name}: no SPDX line among its first five"


def functions(text):
    """(first line, name, lines) of each function, in the house's layout: name, '{' and '}' each start a line."""
    name, start = None, None
    for number, line in enumerate(text.splitlines(), 1):
        head = re.match(r"^([A-Za-z_]\w*) \(", line)
        if start is None and head:
            name = head.group(1)
        elif start is None and line == "{" and name:
            start = number
        elif start is not None and line.startswith("}"):
            yield start, name, number - start + 1
            name, start = None, None


def check_sizes(tree):
    """Files and functions that fit into a head."""
    lengths = []
    for name in tree.files(".c", ".h", ".py", ".ui"):
        n = len(tree.lines(name))
        if n > MAX_FILE:
            yield f"{name}: {n} lines, {MAX_FILE} at the most"
    for name in tree.files(".c"):
        for start, function, n in functions(tree.text(name)):
            lengths.append(n)
            if n > MAX_FUNCTION:
                yield f"{name}:{start}: {function} () has {n} lines, {MAX_FUNCTION} at the most"
    long = sum(n > MOST_FUNCTIONS for n in lengths)
    if long * 10 > len(lengths):
        yield f"{long} of {len(lengths)} functions have more than {MOST_FUNCTIONS} lines: one in ten at the most"
    if lengths:
        print(f"# {len(lengths)} functions: median {statistics.median(lengths):g} lines, longest {max(lengths)}, {long} over {MOST_FUNCTIONS}")


def check_paths(tree):
    """Nothing names one machine's folders."""
    for name in tree.files():
        for number, line in enumerate(tree.lines(name), 1):
            if MACHINE_PATH.search(line):
                yield f"{name}:{number}: a machine's path: {line.strip()[:80]}"


def check_words(tree):
    """No goto; no note to oneself left behind."""
    for name in tree.files(*C):
        for number, line in enumerate(without_comments(tree.text(name)).splitlines(), 1):
            if re.search(r"\bgoto\b", line):
                yield f"{name}:{number}: goto"
            if not name.startswith("tests/") and re.search(r"\bg_error\s*\(", line):
                yield f"{name}:{number}: g_error () ends the program"
    note = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
    for name in tree.files(".c", ".h", ".py", ".ui", ".build", ".yaml"):
        for number, line in enumerate(tree.lines(name), 1):
            if note.search(line):
                yield f"{name}:{number}: {note.search(line).group(0)}"


XGETTEXT = ["xgettext", "--from-code=UTF-8", "--add-comments", "--keyword=_", "--keyword=N_", "--keyword=C_:1c,2", "--keyword=NC_:1c,2",
            "--keyword=g_dcgettext:2", "--keyword=g_dngettext:2,3", "--keyword=g_dpgettext2:2c,3", "--keyword=ngettext:1,2"]


def check_po(tree):
    """Every text a person reads is listed, and there in Chinese."""
    listed = {line for line in tree.lines("po/POTFILES") if line and not line.startswith("#")}
    for name in sorted(listed - set(tree.files())):
        yield f"po/POTFILES: {name} is not there"
    for name in tree.files(".c"):
        marked = re.search(r"\b(_|N_|C_|NC_|ngettext|g_dngettext) \(", without_comments(tree.text(name)))
        if marked and not name.startswith("tests/") and name not in listed:
            yield f"po/POTFILES lacks {name}"
        for number, line in enumerate(tree.lines(name), 1):
            if re.search(r'\b[NC]?_ \("[^"]*%" [A-Z]', line):
                yield f"{name}:{number}: xgettext cannot read a message with a macro in it"
    for name in tree.files(".ui", ".desktop.in", ".metainfo.xml.in", ".gschema.xml"):
        if (name not in listed and not name.startswith("tests/")
                and re.search(r'translatable="(yes|1|true)"|^Name=|<summary>|gettext-domain', tree.text(name), re.M)):
            yield f"po/POTFILES lacks {name}"
    if not listed:
        return
    language = re.compile(r"^[^#\s]+", re.M)
    with tempfile.TemporaryDirectory() as scratch:
        pot = os.path.join(scratch, "ruhu.pot")
        made = subprocess.run(XGETTEXT + ["-o", pot, "-D", str(tree.root)] + sorted(listed & set(tree.files())), capture_output=True, text=True, cwd=tree.root)
        if made.returncode != 0:
            yield f"xgettext: {made.stderr.strip()}"
        for code in language.findall(tree.text("po/LINGUAS")):
            po = str(tree.root / "po" / f"{code}.po")
            checked = subprocess.run(["msgfmt", "--check", "-o", "/dev/null", po], capture_output=True, text=True, env=dict(os.environ, LC_ALL="C.UTF-8", LANGUAGE="en"))
            if checked.returncode != 0:
                yield from checked.stderr.splitlines()
            if not os.path.exists(pot):
                continue
            compared = subprocess.run(["msgcmp", po, pot], capture_output=True, text=True, env=dict(os.environ, LC_ALL="C.UTF-8", LANGUAGE="en"))
            if compared.returncode != 0:
                yield from (line.replace(str(tree.root) + "/", "") for line in compared.stderr.splitlines())


def translations(text):
    """(line, msgstr) of each translation of a catalogue."""
    start, parts = 0, None
    for number, line in enumerate([*text.splitlines(), ""], 1):
        head = re.match(r'msgstr(?:\[\d+\])? "(.*)"$', line)
        if parts is not None and not line.startswith('"'):
            yield start, "".join(parts)
            parts = None
        if head:
            start, parts = number, [head.group(1)]
        elif parts is not None:
            parts.append(line[1:-1])


def check_spacing(tree):
    """Chinese has no space between a number and what is counted: values with their units are put together so, too."""
    number = r"(?:(?<![\w-])\d[\d,.]*|%(?:\d\$)?[\d.]*(?:ll|l|z)?[du])"
    spaced = re.compile(rf"[\u4e00-\u9fff] +{number}|{number} +[\u4e00-\u9fff]")
    for name in tree.files("zh_CN.po"):
        for line, text in translations(tree.text(name)):
            for found in spaced.findall(text):
                yield f"{name}:{line}: a space between number and words: {found!r}"


# Keys that the window of shortcuts leaves out: synonyms, and what every dialog does.
UNSAID_KEYS = {"Escape", "<control>equal", "<control>kp_add", "<control>kp_subtract", "<control>kp_enter", "Left", "Right"}
# The toolkit's own.
FOREIGN_KEYS = {"f10", "return"}
KEY_CALL = re.compile(r"(?:add_binding(?:_action)? \(\w+, |gtk_keyval_trigger_new \()GDK_KEY_(\w+)(?: \+ \w+)?, ([^,)]+)")


def keys_of(tree):
    """Accelerator → where the client's code binds it."""
    found = {}
    for name in tree.files(".c"):
        if not name.startswith("client/"):
            continue
        for number, line in enumerate(tree.lines(name), 1):
            for key, mask in KEY_CALL.findall(line):
                found[normal_key("".join(f"<{word}>" for word in ("Control", "Shift", "Alt") if f"_{word.upper()}_" in mask) + key)] = f"{name}:{number}"
            for accels in re.findall(r'^  \{ "[\w.:-]+", \{ ("[^}]+") \} \},$', line):
                for accel in re.findall(r'"([^"]+)"', accels):
                    found[normal_key(accel)] = f"{name}:{number}"
    return found


def normal_key(accel):
    *masks, key = re.findall(r"<\w+>|[^<>]+", accel.lower())
    return "".join(sorted(masks)) + key


def check_shortcuts(tree):
    """The window of shortcuts has every key that the code binds, and no other."""
    overlay = "client/help-overlay.ui"
    said = {normal_key(accel) for text in re.findall(r'"accelerator">([^<]+)<', tree.text(overlay)) for accel in text.replace("&lt;", "<").replace("&gt;", ">").replace("...9", "").split()}
    bound, unsaid = keys_of(tree), {normal_key(key) for key in UNSAID_KEYS}
    for key in sorted(set(bound) - said - unsaid):
        yield f"{bound[key]}: {overlay} does not tell of {key}"
    for key in sorted(said - set(bound) - FOREIGN_KEYS):
        yield f"{overlay}: nothing is bound to {key}"


def check_manuals(tree):
    """Each program has a manual page, and man finds nothing to say about it."""
    pages = [name for name in tree.files() if re.search(r"\.[1578](\.in)?$", name)]
    for program in ("ruhu", "ruhu-syncd", "ruhu-township"):
        if not any(re.match(rf"{program}\.\d", Path(page).name) for page in pages):
            yield f"{program}: no manual page"
    for page in pages:
        run = subprocess.run(["man", "--warnings=w", "-E", "UTF-8", "-Tutf8", "-l", str(tree.root / page)], capture_output=True, text=True,
                             env=dict(os.environ, MANWIDTH="100", LC_ALL="C.UTF-8", MANPAGER="cat"))
        if run.returncode != 0 or run.stderr.strip():
            yield from (f"{page}: {line}" for line in (run.stderr.strip() or "man failed").splitlines()[:10])


def check_mutations(tree):
    """Each patch that breaks the code still finds what it breaks."""
    for name in tree.files(".patch"):
        if not name.startswith("tests/sim/mutations/"):
            continue
        with tempfile.TemporaryDirectory() as scratch:
            for path in re.findall(r"^--- a/(\S+)", tree.text(name), re.M):
                if (tree.root / path).is_file():
                    os.makedirs(os.path.dirname(os.path.join(scratch, path)), exist_ok=True)
                    shutil.copy(tree.root / path, os.path.join(scratch, path))
            run = subprocess.run(["patch", "-s", "-f", "-p1", "-i", str((tree.root / name).absolute())], cwd=scratch, capture_output=True, text=True)
            if run.returncode != 0:
                yield f"{name} does not apply any more: {' '.join((run.stdout + run.stderr).split())}"


CHECKS = {f.__name__[6:]: f for f in (check_layers, check_format, check_licence, check_sizes, check_paths, check_words, check_po, check_spacing, check_shortcuts, check_manuals, check_mutations)}


def main(arguments):
    root = Path(__file__).resolve().parents[2]
    if arguments[:1] == ["--root"]:
        root, arguments = Path(arguments[1]), arguments[2:]
    names = list(CHECKS) if arguments == ["all"] else arguments
    if not names or any(name not in CHECKS for name in names):
        sys.exit(__doc__ + "\nChecks: " + " ".join(CHECKS))
    if "format" in names and shutil.which("clang-format") is None:
        sys.exit("clang-format is missing: tests/install-packages")
    print(f"1..{len(names)}")
    bad = 0
    for number, name in enumerate(names, 1):
        found = list(CHECKS[name](Tree(root)))
        for line in found[:100]:
            print(f"# {line}", file=sys.stderr)
        print(f"{'not ok' if found else 'ok'} {number} {name}")
        bad += bool(found)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
