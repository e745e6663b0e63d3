#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each style check finds what it is there to find: a small tree with one fault at a time."""
import subprocess
import sys
import tempfile
from pathlib import Path

STYLE = Path(__file__).with_name("style.py")
SPDX = "/* SPDX-License-Identifier: GPL-3.0-or-later */\n"
GOOD = {
    "schema/ruhu-one.h": SPDX + "#pragma once\n",
    "schema/ruhu-one.c": SPDX + '#include "ruhu-one.h"\n\nint\none (void)\n{\n  return 1;\n}\n',
    "syncd/agent/ruhu-agent.h": SPDX + "#pragma once\n",
    "client/ruhu-page.c": SPDX + '#include "config.h"\n\n#include "ruhu-one.h"\n#include "ruhu-sync1.h"\n\n#include <gtk/gtk.h>\n',
    "po/POTFILES": "# SPDX-License-Identifier: GPL-3.0-or-later\nclient/ruhu-page.c\n",
    "po/LINGUAS": "# SPDX-License-Identifier: GPL-3.0-or-later\nzh_CN\n",
    "po/zh_CN.po": 'msgid ""\nmsgstr ""\n"Language: zh_CN\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
                   '"Content-Transfer-Encoding: 8bit\\n"\n"MIME-Version: 1.0\\n"\n"Project-Id-Version: x\\n"\n'
                   '"PO-Revision-Date: 2018-06-30 08:00+0800\\n"\n"Last-Translator: x <x@y>\\n"\n"Language-Team: x <x@y>\\n"\n',
    "client/help-overlay.ui": '<!-- SPDX-License-Identifier: GPL-3.0-or-later -->\n<property name="accelerator">F10</property>\n',
    "tests/sim/mutations/1-one.patch": "SPDX-License-Identifier: GPL-3.0-or-later\n--- a/schema/ruhu-one.c\n+++ b/schema/ruhu-one.c\n@@ -5,4 +5,4 @@\n one (void)\n {\n-  return 1;\n+  return 3;\n }\n",
    ".clang-format": "BasedOnStyle: GNU\nColumnLimit: 0\n",
}
MANUALS = {f"data/{p}.1": f'.\\" SPDX-License-Identifier: GPL-3.0-or-later\n.TH {p} 1\n.SH NAME\n{p} \\- a program\n' for p in ("ruhu", "ruhu-syncd", "ruhu-township")}
FAULTS = [
    ("layers", "schema/ruhu-two.c", SPDX + '#include "ruhu-agent.h"\n', "schema may not include"),
    ("layers", "client/ruhu-two.c", SPDX + '#include "ruhu-agent.h"\n', "client may not include"),
    ("layers", "syncd/agent/ruhu-two.c", SPDX + "#include <microhttpd.h>\n", "belongs in syncd/township/"),
    ("layers", "schema/ruhu-two.c", SPDX + "#include <sqlite3.h>\n", "belongs in schema/ruhu-database"),
    ("layers", "schema/ruhu-two.c", SPDX + "GDBusConnection *bus;\n", "knows no D-Bus"),
    ("layers", "schema/ruhu-two.c", SPDX + "#include <libpq-fe.h>\n", "postgres"),
    ("format", "schema/ruhu-two.c", SPDX + "int   two;\n", "clang-format"),
    ("licence", "schema/ruhu-two.c", "int two;\n", "no SPDX line"),
    ("sizes", "schema/ruhu-two.c", SPDX + "int\ntwo (void)\n{\n" + "  x ();\n" * 100 + "}\n", "two () has 102 lines"),
    ("sizes", "schema/ruhu-two.h", SPDX + "\n" * 600, "601 lines"),
    ("paths", "schema/ruhu-two.c", SPDX + 'char *p = "' + "/ro" + 'ot/x";\n', "a machine's path"),
    ("words", "schema/ruhu-two.c", SPDX + "int\ntwo (void)\n{\n  goto out;\n}\n", "goto"),
    ("words", "schema/ruhu-two.c", SPDX + "/* TO" + "DO: later */\n", "ruhu-two.c:2"),
    ("po", "client/ruhu-page.c", SPDX + 'char *t = _ ("Hello");\n', "used but not defined"),
    ("po", "client/ruhu-two.c", SPDX + 'char *t = _ ("Hello");\n', "lacks client/ruhu-two.c"),
    ("po", "schema/ruhu-two.c", SPDX + 'char *t = _ ("%" G_GINT64_FORMAT);\n', "macro in it"),
    ("spacing", "po/zh_CN.po", GOOD["po/zh_CN.po"] + '\nmsgid "%u people"\nmsgstr "%u 人"\n', "'%u 人'"),
    ("spacing", "po/zh_CN.po", GOOD["po/zh_CN.po"] + '\nmsgid "a year"\nmsgstr ""\n"全年 "\n"12个月"\n', "'年 12'"),
    ("shortcuts", "client/ruhu-page.c", SPDX + "  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_s, GDK_CONTROL_MASK, \"a.b\", NULL);\n", "does not tell of <control>s"),
    ("shortcuts", "client/ruhu-page.c", SPDX + '  { "app.one", { "<Control>r" } },\n', "does not tell of <control>r"),
    ("shortcuts", "client/help-overlay.ui", GOOD["client/help-overlay.ui"] + '<property name="accelerator">F7</property>\n', "nothing is bound to f7"),
    ("mutations", "schema/ruhu-one.c", SPDX + "int\none (void)\n{\n  return 2;\n}\n", "1-one.patch does not apply"),
    ("manuals", "data/ruhu.1", '.\\" SPDX-License-Identifier: GPL-3.0-or-later\n.TH ruhu 1\n.SH NAME\n.NOSUCH\n', "NOSUCH"),
]


def run(check, extra):
    with tempfile.TemporaryDirectory() as root:
        for name, text in {**GOOD, **MANUALS, **extra}.items():
            path = Path(root, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return subprocess.run([sys.executable, STYLE, "--root", root, check], capture_output=True, text=True)


def main():
    clean = sorted({check for check, *_ in FAULTS})
    print(f"1..{len(clean) + len(FAULTS)}")
    bad = number = 0
    for check in clean:
        number += 1
        result = run(check, {})
        fine = result.returncode == 0
        print(f"{'ok' if fine else 'not ok'} {number} {check}: a clean tree passes")
        bad += not fine
        if not fine:
            print("# " + result.stdout.replace("\n", "\n# ") + result.stderr)
    for check, name, text, said in FAULTS:
        number += 1
        result = run(check, {name: text})
        fine = result.returncode == 1 and said in result.stderr
        print(f"{'ok' if fine else 'not ok'} {number} {check}: finds '{said}'")
        bad += not fine
        if not fine:
            print("# " + result.stdout.replace("\n", "\n# ") + result.stderr)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
