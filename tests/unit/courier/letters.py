"""letters.py: every letter of mail.def as Python's email package reads it.

letters.py LETTERS MAIL.DEF: runs the program for each language, purpose and mode, and compares with the table.
"""
import datetime
import html.parser
import re
import subprocess
import sys
from email import message_from_bytes, policy

program, table = sys.argv[1:]
LINK = "https://tocsin.example.invalid:8443/link#abcdefghijklmnopqrstuvwxyz0123456789_-ABCDE"
ORG, DESK = "PastePond & “Söhne” <b>", "Hub d’Europe"
THREAD = "01890a5d-ac96-774b-bcce-b302099a0001"
ABOUT = [("SUBJECT_ALERT", "ALERT"), ("SUBJECT_NOTE", "NOTE"), ("SUBJECT_TEST", "TEST")]
BODY = ["REFERENCE", "SILENT", "YOURS", "CALL", "AUTOMATIC"]
UNION = "bg hr cs da nl en et fi fr de el hu ga it lv lt mt pl pt ro sk sl es sv".split()

words = {}
for line in open(table, encoding="utf-8"):
    if m := re.match(r"LANGUAGE\((\w+),", line):
        words[language := m[1]] = {}
    elif m := re.match(r'\s*WORD\((\w+), "([^"]*)"\)', line):
        words[language][m[1]] = m[2]

bad = 0
def check(condition, what):
    global bad
    if not condition:
        bad += 1
        print("  not true:", what)

def filled(language, key):
    text = words[language].get(key, words["en"][key])
    for place, value in (("o", ORG), ("r", "7F3A-21C9"), ("d", DESK), ("n", "+999 11 555 001"), ("t", "2031-05-20 14:13")):
        text = text.replace("{%s}" % place, value)
    return text

class Page(html.parser.HTMLParser):
    """What a reader sees, and everything that is named for fetching."""
    def __init__(self, text):
        super().__init__()
        self.text, self.links, self.tags, self.other = "", [], set(), []
        self.feed(text)
    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        for name, value in attributes:
            if name == "href":
                self.links.append(value)
            elif name not in ("style", "lang", "charset", "name", "content") or "url" in (value or ""):
                self.other.append((name, value))
    def handle_data(self, data):
        self.text += data

def letter(languages, about, exercise, thread=THREAD, org=ORG):
    return subprocess.run([program, languages, str(about), "1" if exercise else "0", thread, org, DESK], check=True,
                          stdout=subprocess.PIPE).stdout

def case(name, run):
    global bad
    before = bad
    run()
    print("ok" if bad == before else "FAILED", name)

def every_letter():
    for language in words:
        for about, (subject, sentence) in enumerate(ABOUT):
            for exercise in (False, True):
                raw = letter(language, about, exercise)
                where = f"{language} {sentence} {exercise}"
                check(all(b < 128 for b in raw), where + ": ASCII on the wire")
                check(raw.count(b"\n") == raw.count(b"\r\n") == raw.count(b"\r"), where + ": CR LF")
                check(max(map(len, raw.split(b"\r\n"))) <= 78, where + ": short lines")
                check(not any(l.startswith(b".") for l in raw.split(b"\r\n")), where + ": no line begins with a dot")
                m = message_from_bytes(raw, policy=policy.default)
                check(not m.defects and not any(h.defects for h in m.values() if hasattr(h, "defects")), where + ": no defects")
                mark = f"[{filled(language, 'EXERCISE')}] " if exercise else ""
                check(m["Subject"] == mark + filled(language, subject), f"{where}: subject {m['Subject']!r}")
                check(m["Message-ID"] == "<01890a5d-ac96-774b-bcce-b302099a8057@tocsin.example.invalid>", where + ": id")
                check(m["References"] == m["In-Reply-To"] == f"<{THREAD}@tocsin.example.invalid>", where + ": thread")
                check(m["Auto-Submitted"] == "auto-generated", where + ": auto-submitted")
                check(m["Date"].datetime == datetime.datetime(2031, 5, 17, 14, 13, 7, tzinfo=datetime.timezone.utc), where + ": date")
                check(str(m["Date"]).startswith("Sat, "), where + ": day of the week")
                check([a.addr_spec for a in m["To"].addresses] == ["owner@pastepond.example.invalid"], where + ": to")
                check(m["Content-Language"] == language, where + ": language")
                check(("Importance" in m) == (about == 0), where + ": importance")
                check(m.get_content_type() == "multipart/alternative", where + ": alternative")
                plain, page = list(m.iter_parts())
                check(not plain.defects and not page.defects, where + ": no defects in parts")
                text, seen = plain.get_content(), Page(page.get_content())
                check(LINK in text.splitlines(), where + ": the link stands on a line of its own")
                check(seen.links == [LINK] and LINK in seen.text and not seen.other, where + ": one link, nothing else")
                check(seen.tags <= {"html", "head", "meta", "title", "body", "div", "p", "a"}, where + ": plain tags")
                for key in [sentence, *BODY, *(["EXERCISE_LINE"] if exercise else [])]:
                    check(filled(language, key) in text.splitlines(), f"{where}: {key} in the plain text")
                    check(filled(language, key) in seen.text.splitlines(), f"{where}: {key} in the page")
                check((filled(language, "EXERCISE") in text) == exercise, where + ": the exercise is marked, and only then")
                check(letter(language, about, exercise) == raw, where + ": the same bytes again")

def the_table():
    check(sorted(words) == sorted(UNION), "the languages of the Union")
    for language in "en de fr es it pl".split():
        check(words[language].keys() == words["en"].keys(), language + " is complete")
    for language, texts in words.items():
        for key, text in texts.items():
            check(sorted(re.findall(r"\{.\}", text)) == sorted(re.findall(r"\{.\}", words["en"][key])), f"{language} {key}: places")

def languages():
    for declared, used in (("qaa,fr", "fr"), ("qaa", "en"), ("de-AT", "de"), ("xx,PL", "pl"), ("fra", "en"), ("", "en")):
        check(message_from_bytes(letter(declared, 0, True), policy=policy.default)["Content-Language"] == used, declared)

def alone():
    m = message_from_bytes(letter("en", 0, False, thread=""), policy=policy.default)
    check("References" not in m and "In-Reply-To" not in m, "no thread")

def hostile():
    name = "A\r\nBcc: x@example.invalid\r\n\r\n‮evil\u0085‏ =?utf-8?q?x?= <script>"
    raw = letter("en", 0, True, org=name)
    m = message_from_bytes(raw, policy=policy.default)
    check(sorted(m.keys()) == sorted(message_from_bytes(letter("en", 0, True), policy=policy.default).keys()), "the same headers")
    plain, page = (p.get_content() for p in m.iter_parts())
    check("A  Bcc: x@example.invalid" in plain and "‮" not in plain and "\u0085" not in plain, "made harmless")
    check("script" not in Page(page).tags and "<script>" in Page(page).text, "text stays text")

case("every_letter_is_what_the_table_says_to_another_parser", every_letter)
case("the_table_has_all_languages_and_equal_places", the_table)
case("private_use_and_unknown_languages_fall_back", languages)
case("a_letter_without_a_case_stands_alone", alone)
case("a_name_cannot_add_a_header_or_a_tag", hostile)
sys.exit(bad != 0)
