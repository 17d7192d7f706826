#!/usr/bin/env python3
"""Reads the tree as text and says what breaks its rules. Usage: check.py [TOP]. One line a finding: "file:line: [rule] what is wrong".

The rules are the functions named rule_* below; their data stands in layers.txt, banned_allow.txt and words.txt beside this file.
"""
import fnmatch
import os
import re
import subprocess
import sys

BANNED = """strcpy strcat strncpy sprintf vsprintf gets atoi atol atoll atof strtok gmtime localtime time malloc calloc realloc free
alloca strdup rename fopen popen system tmpnam tempnam mktemp Sleep sleep usleep nanosleep""".split()
MONEY_ROOMS = ("service/model/", "service/erp/", "service/sync/", "service/channel/", "common/base/money.")
# Recorded bodies, corpora and other data: kept byte for byte as they came.
DATA = re.compile(r"(^|/)(corpus|recorded|recordings|fixtures|data)/|\.(jsonl|json|case|pem|png|db|sql\.gz|dict|bin)$")
TEXT = re.compile(r"\.(c|h|def|rc|mc|txt|cmake|md|sh|py|sql|in)$|(^|/)(CMakeLists\.txt|run|\.clang-format)$")
README_LINES = 60
FUNCTION_LINES = 80
FUNCTION_COMPLEXITY = 15


class Tree:
    def __init__(self, top):
        self.top = top
        self.found = []
        self.files = []
        for folder, subs, names in os.walk(top):
            rel = os.path.relpath(folder, top)
            subs[:] = sorted(s for s in subs if s not in (".git", "__pycache__", ".cache") and os.path.join(rel, s) != "./build")
            self.files += [os.path.normpath(os.path.join(rel, n)) for n in sorted(names)]
        self.c = [f for f in self.files if f.endswith((".c", ".h"))]
        self.text = {}
        for f in self.files:
            if TEXT.search(f):
                with open(os.path.join(top, f), encoding="utf-8", errors="surrogateescape", newline="") as h:
                    self.text[f] = h.read()
        self.code = {f: strip(self.text[f]) for f in self.c}

    def say(self, rule, path, line, what):
        self.found.append((path, line, f"{path}:{line}: [{rule}] {what}"))

    def lint_lines(self, name):
        return [l.strip() for l in self.text.get("tests/lint/" + name, "").splitlines() if l.strip() and not l.startswith("#")]


TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def strip(source):
    """The source with comments blanked and strings and characters emptied, line numbers kept."""
    def blank(m):
        t = m.group(0)
        if t[0] in "\"'":
            return t[0] + t[0] if not t.startswith('"') else '"' + "s" * (len(t) > 2) + '"'
        return re.sub(r"[^\n]", " ", t)
    # An #include's name is not a string.
    parts = re.split(r"(^[ \t]*#[ \t]*include[^\n]*)", source, flags=re.M)
    return "".join(p if i % 2 else TOKEN.sub(blank, p) for i, p in enumerate(parts))


def line_of(text, pos):
    return text.count("\n", 0, pos) + 1


def includes(code):
    for m in re.finditer(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', code, re.M):
        yield line_of(code, m.start()), m.group(1), m.group(2)


def rule_layers(t):
    rooms, fences = {}, []
    for line in t.lint_lines("layers.txt"):
        left, _, right = line.partition(":")
        if left.startswith("fence "):
            fences += [(h, right.split()) for h in left.split()[1:]]
        else:
            rooms[left.strip()] = right.split()

    def room(path):
        return max((r for r in rooms if path.startswith(r + "/")), key=len, default=None)

    def in_place(path, place):
        if place.startswith("/"):
            return place in "/" + path
        return path.startswith(place) if place.endswith("/") else path == place

    for f in t.c:
        own = room(f)
        if own is None:
            t.say("layers", f, 1, "lies in no room of tests/lint/layers.txt")
            continue
        for line, kind, name in includes(t.code[f]):
            for header, places in fences:
                if fnmatch.fnmatch(name, header) and not any(in_place(f, p) for p in places):
                    t.say("fence", f, line, f"{name} may be included only in: {' '.join(places)}")
            if kind == "<":
                continue
            if not os.path.isfile(os.path.join(t.top, name)):
                t.say("include", f, line, f'"{name}" is not written from the top of the tree, or does not exist')
                continue
            other = room(name)
            if other != own and not any(other == r or (other or "").startswith(r + "/") and own in ("service/app", "tests")
                                        for r in rooms[own]):
                t.say("layers", f, line, f"{own} may not include {other} ({name})")


def rule_platform(t):
    for f in t.c:
        if "/win/" in "/" + f or f.startswith("tests/wine/"):
            continue
        for m in re.finditer(r"\b(_WIN32|_WIN64|WIN32|__MINGW\w+__|__linux__|__unix__)\b", t.code[f]):
            t.say("platform", f, line_of(t.code[f], m.start()), f"{m.group(1)} outside a folder win/: let the build choose a file")


def rule_kinds(t):
    compare = re.compile(r"\b\w*(?:cmp|eq|equal|same|is)\w*\s*\(([^;{}]*?)\)")
    for f in t.c:
        if re.match(r"(service/(channel|erp|courier)/[^/]+/|tests/)", f):
            continue
        code = t.code[f]
        for m in compare.finditer(code):
            if re.search(r"\bkind\b", m.group(1)) and '"' in m.group(1):
                t.say("kinds", f, line_of(code, m.start()), "kinds are compared only in a driver's own folder; differences are capabilities")


def rule_words(t):
    words = [(re.compile(p), why.strip()) for p, _, why in (l.partition("  ") for l in t.lint_lines("words.txt"))]
    for f, text in t.text.items():
        if f.startswith("tests/lint/") or DATA.search(f):
            continue
        for pattern, why in words:
            for m in pattern.finditer(text):
                t.say("words", f, line_of(text, m.start()), f'"{m.group(0)}": {why}')


def rule_banned(t):
    allow = {}
    for line in t.lint_lines("banned_allow.txt"):
        path, *names = line.split()
        allow.setdefault(path, set()).update(names)
        if path not in t.code:
            t.say("banned", "tests/lint/banned_allow.txt", 1, f"allows {path}, which does not exist")
    call = re.compile(r"(?<![\w.>*])(?<!-> )(" + "|".join(BANNED) + r")\s*\(")
    for f in t.c:
        if f == "common/base/banned.h":
            continue
        used = set()
        for m in call.finditer(t.code[f]):
            used.add(m.group(1))
            if m.group(1) not in allow.get(f, ()):
                t.say("banned", f, line_of(t.code[f], m.start()), f"{m.group(1)} is banned here; use the wrappers of base and os")
        for name in sorted(allow.get(f, set()) - used):
            t.say("banned", "tests/lint/banned_allow.txt", 1, f"{f} does not use {name}: take the permission away")


def rule_money(t):
    for f in t.c:
        if f.startswith(MONEY_ROOMS):
            for m in re.finditer(r"\b(double|float)\b", t.code[f]):
                t.say("money", f, line_of(t.code[f], m.start()), f"{m.group(1)}: no floating point where money passes")


def rule_style(t):
    for f in t.c:
        for m in re.finditer(r"\btypedef\s+(struct|union)\b", t.code[f]):
            t.say("style", f, line_of(t.code[f], m.start()), "no typedef of a struct or union")
        for n, line in enumerate(t.text[f].split("\n"), 1):
            if len(line) > 120:
                t.say("style", f, n, f"{len(line)} columns, 120 allowed")
        if f.endswith(".h") and f != "common/base/banned.h":
            if not re.search(r"#ifndef (\w+)\s*\n\s*#define \1\b", t.code[f]) and "#pragma once" not in t.code[f] and not t.code[f].count("X("):
                t.say("style", f, 1, "header without an include guard")
    for f, text in t.text.items():
        if DATA.search(f):
            continue
        if "\r" in text:
            t.say("style", f, 1, "carriage return")
        if "\t" in text and not f.endswith((".mc",)):
            t.say("style", f, line_of(text, text.index("\t")), "tab")
        if text and not text.endswith("\n"):
            t.say("style", f, text.count("\n") + 1, "no newline at the end")
        m = re.search(r"[ \t]+$", text, re.M)
        if m:
            t.say("style", f, line_of(text, m.start()), "white space at the end of a line")


def rule_functions(t):
    sources = [f for f in t.c if f.endswith(".c")]
    if not sources:
        return
    out = subprocess.run(["pmccabe"] + sources, cwd=t.top, capture_output=True, text=True, errors="replace").stdout
    for line in out.splitlines():
        col = line.split(None, 5)
        where = re.match(r"(.+)\((\d+)\): (.*)", col[5])
        if not where:
            continue
        f, n, name = where.groups()
        if int(col[0]) > FUNCTION_COMPLEXITY:
            t.say("functions", f, n, f"{name}: complexity {col[0]}, {FUNCTION_COMPLEXITY} allowed")
        if int(col[4]) > FUNCTION_LINES:
            t.say("functions", f, n, f"{name}: {col[4]} lines, {FUNCTION_LINES} allowed")


def rule_readmes(t):
    """Each folder with sources says what lives in it. win/ and posix/ hold the same files as each other: the README above speaks for them."""
    folders = {os.path.dirname(f) for f in t.text if not f.endswith(".md") and not DATA.search(f)} - {""}
    for d in sorted(folders):
        readme = d + "/README.md"
        if d.startswith(".") or (os.path.basename(d) in ("win", "posix") and os.path.dirname(d) + "/README.md" in t.text):
            continue
        if readme not in t.text:
            t.say("readme", d, 1, "folder without a README.md")
    for f, text in t.text.items():
        if f.endswith("/README.md") and text.count("\n") > README_LINES:
            t.say("readme", f, 1, f"{text.count(chr(10))} lines; a screen is {README_LINES}")


def rule_links(t):
    for f, text in t.text.items():
        if not f.endswith(".md"):
            continue
        plain = re.sub(r"```.*?```|`[^`\n]*`", lambda m: re.sub(r"[^\n]", " ", m.group(0)), text, flags=re.S)
        for m in re.finditer(r"\]\(([^)\s]+)\)", plain):
            target = m.group(1).split("#")[0]
            if not target or re.match(r"[a-z]+:", target):
                continue
            if not os.path.exists(os.path.join(t.top, os.path.dirname(f), target)):
                t.say("links", f, line_of(plain, m.start()), f"{target} does not exist")


def main():
    top = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
    t = Tree(top)
    rules = [v for k, v in sorted(globals().items()) if k.startswith("rule_")]
    for rule in rules:
        rule(t)
    for _, _, text in sorted(t.found, key=lambda x: (x[0], int(x[1]))):
        print(text)
    print(f"{len(t.files)} files, {len(rules)} kinds of rule, {len(t.found)} findings")
    return 1 if t.found else 0


sys.exit(main())
