"""Proposed patches held against real files: what fits, what does not, and that what is read is what would be written."""

import subprocess

import pytest

from kiebot.services.patches import MOST_LINES, Unfit, fitted

SOURCE = '"""A module."""\n\n\ndef first():\n    return folder\n\n\ndef second():\n    return folder\n'
SIMPLE = """--- a/kiebot/planted.py
+++ b/kiebot/planted.py
@@ -4,2 +4,2 @@
 def first():
-    return folder
+    return "x"
"""


@pytest.fixture
def root(tmp_path):
    (tmp_path / "kiebot/store/migrations").mkdir(parents=True)
    (tmp_path / "kiebot/planted.py").write_text(SOURCE)
    (tmp_path / "kiebot/store/migrations/0001_initial.py").write_text("x = 1\n")
    return tmp_path


def test_a_patch_that_fits_is_written_as_it_was_shown(root):
    patch = fitted(SIMPLE, root)
    subprocess.run(["git", "apply", "--check", "-"], input=patch.text, text=True, cwd=root, check=True)
    patch.write(root)
    assert (root / "kiebot/planted.py").read_text() == SOURCE.replace("return folder", 'return "x"', 1)
    assert '-    return folder\n+    return "x"\n' in patch.text


def test_the_same_change_has_the_same_hash_however_it_was_written(root):
    hash_ = fitted(SIMPLE, root).hash
    assert fitted(f"diff --git a/kiebot/planted.py b/kiebot/planted.py\nindex 1..2 100644\n{SIMPLE}\n\n", root).hash == hash_
    assert fitted(SIMPLE.replace("a/kiebot/planted.py", "kiebot/planted.py\t2026-01-01 10:00"), root).hash == hash_
    assert fitted(SIMPLE.replace('"x"', '"y"'), root).hash != hash_


def test_wrong_numbers_do_not_matter_where_the_lines_are_found_once(root):
    assert fitted(SIMPLE.replace("@@ -4,2 +4,2 @@", "@@ -77,9 +3,1 @@"), root).files == fitted(SIMPLE, root).files


def test_two_hunks_and_two_files_go_in_together(root):
    (root / "kiebot/other.py").write_text("a = 1\nb = 2\n")
    more = "@@ -8,2 +8,3 @@\n def second():\n+    # here\n     return folder\n"
    files = fitted(SIMPLE + more + of("kiebot/other.py", "@@ @@\n-b = 2\n+b = 3\n"), root).files
    assert files["kiebot/planted.py"].endswith("def second():\n    # here\n    return folder\n")
    assert files["kiebot/other.py"] == "a = 1\nb = 3\n"


AMBIGUOUS = "--- a/kiebot/planted.py\n+++ b/kiebot/planted.py\n@@ -{line},1 +1,1 @@\n-    return folder\n+    return 1\n"


def test_among_several_places_the_named_line_decides(root):
    assert fitted(AMBIGUOUS.format(line=9), root).files["kiebot/planted.py"].endswith("def second():\n    return 1\n")
    with pytest.raises(Unfit, match="in several places"):
        fitted(AMBIGUOUS.format(line=3), root)


def of(name, hunk="@@ -1,1 +1,1 @@\n-x = 1\n+x = 2\n"):
    return f"--- a/{name}\n+++ b/{name}\n{hunk}"


@pytest.mark.parametrize(
    ("diff", "words"),
    [
        ("the cause is a typing error", "no unified diff"),
        (SIMPLE.replace("return folder", "return elsewhere"), "nowhere"),
        (SIMPLE.replace('"x"', '"\u202ex"'), "cannot be seen"),
        (SIMPLE.replace('"x"', '"\x1b[2J"'), "cannot be seen"),
        (SIMPLE.replace('+    return "x"', "+    return folder"), "changes nothing"),
        (SIMPLE.replace('+    return "x"', "+    a = 1\n" * (MOST_LINES + 1)), "are not let in by a hash"),
        (SIMPLE + SIMPLE, "changes kiebot/planted.py twice"),
        (of("kiebot/planted.py", ""), "changes nothing in"),
        (of("kiebot/planted.py", "@@ -1 +1 @@\n+import os\n"), "does not say what it goes beside"),
        (of("kiebot/planted.py", "@@ -1 +1 @@\nimport os\n"), "neither old nor new"),
        (of("kiebot/nowhere.py"), "not in this release"),
        (of("kiebot/store/migrations/0001_initial.py"), "is a migration"),
        (of("kiebot/../../etc/cron.py"), "no module of kiebot"),
        (of("scripts/lib.sh"), "no module of kiebot"),
        (of("/etc/passwd"), "no module of kiebot"),
        (of("site.py"), "no module of kiebot"),
    ],
)
def test_what_cannot_be_applied_or_judged_is_refused_in_words(root, diff, words):
    with pytest.raises(Unfit, match=words):
        fitted(diff, root)


def test_a_link_is_no_module(root, tmp_path):
    (tmp_path / "outside.py").write_text("x = 1\n")
    (root / "kiebot/link.py").symlink_to(tmp_path / "outside.py")
    with pytest.raises(Unfit, match="not in this release"):
        fitted(of("kiebot/link.py"), root)
