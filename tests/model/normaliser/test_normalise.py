"""The compiled half of the normalisation: what survives, what is undone, and that it ends soon, within its buffers."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.normaliser.buffers import make_buffers
from model.normaliser.lexicon import load_lexicon
from model.normaliser.normalise import normalise_bytes

SURVIVES = {
    "numbers": "142,460|3.14|10,000|5*3*2|2+2=4|1/2|50/50|9/11|24/7|1e5|0x1f|455|8008|80085|1337|666|1984|5'11|$1.50|$5|100%|#1|x=5",
    "units": "3.5 km|5um|8um|5ex|7up|10ft|20kg|1lb|16gb|2tb|64bit|100mb|1080p|4k|5g|3.5mm|30mins|10hrs|10am|5am|1pm|12:30|11:59pm",
    "ordinals": "1st|2nd|3rd|4th|21st|100th|1990s|'90s|mid-90s|2k|10k|1m|5bn|4x4|3d|24hr|7th|50s",
    "versions": "v2|v1.0.5|python3.11|utf-8|win10|ps5|a55|gt4|mf5|x86|i5|k8s|h264|mp3|iphone5|c++11|boeing747|ak47|b12|w3c|c++|c#|g++",
    "names": "dick van dyke|moby dick|philip k. dick|scunthorpe|penistone|clitheroe|lightwater|hancock|dickens|o'brien|matsushita|shital",
    "words": "assassin|classic|analysis|therapist|cockpit|peacock|shitake|document|raccoon|spice|essex|title|button|cumulative|snigger",
    "doubles": "committee|mississippi|aardvark|skiing|llama|good|book|too|noon|loon|kkk|wwii|xiv|aaa",
    "separated": "u.s.a.|f.b.i.|a.m.|p.m.|ph.d.|e.g.|i.e.|a.k.a.|r.i.p.|x-ray|t-shirt|co-op|ex-wife|well-known|he/she|and/or|n/a|w/o",
    "users": "4chan|user123|player2|blink-182|maroon5|room5|apollo13|route66|abc123|pass123|r2d2|c3po|covid-19|h1n1|2pac|50cent",
    "files": "file.txt|readme.md|main.c|index.html|photo123.jpg|img_2041.png|node.js|.net|/usr/bin|../x|report_v2.pdf",
    "addresses": "john@example.com|foo.bar@baz.co.uk|192.168.1.1|me@home|r/askreddit|#metoo|#blm|#tbt|#2020|@user",
    "apart": "pen is|as sure as|the rapist|what s hit me|it's hit|ass ass in|mass hole|push it|i am|a b c d e|x y z|l o l|so on|to day",
    "contracted": "it's|don't|y'all|rock'n'roll|d'arcy|'cause|o'clock",
    "signs": ":)|:-(|^^|>_>|-_-|t_t|@|#|...|!?|***|--|/|<3|i<3u|:'(",
}
UNDONE = {
    "leet": "sh1t=shit|5h1t=shit|b1tch=bitch|d1ck=dick|p3n1s=penis|1d10t=idiot|n00b=noob|r3t4rd=retard|f4g=fag|k1ll1ng=killing",
    "signs": "$hit=shit|a$$=ass|a$$hole=asshole|b!tch=bitch|k!ll=kill|k|ll=kill|@sshole=asshole|@ss=ass|au+is+ic=autistic|(unt=(cunt",
    "apart": "f u c k=fuck|s h 1 t=shit|u r a f a g=u r a fag|k i l l me=kill me|f u u c k=fuck|f u c k y o u=fuck y o u",
    "dotted": "f.u.c.k=fuck|f-u-c-k=fuck|f_u_c_k=fuck|f*u*c*k=fuck|f/u/c/k=fuck|f~u~c~k=fuck|f|u|c|k=fuck|f+u+c+k=fuck|s.h.1.t=shit",
    "broken": "fu ck=fuck|f uck=fuck|sh it=shit|id iot=idiot|fu.ck=fuck|sh-it=shit|m0ther-fucker=motherfucker|fu ck!=fuck!",
    "masked": "sh*t=shit|f*ck=fuck|d*ck=dick|c*ck=cock|p*ssy=pussy|n*gger=nigger|f*ggot=faggot|tr*ll=troll|b*tch!=bitch!|sl_t=slut",
    "drawn": "fuuuuuck=fuck|shiiiit=shit|cooool=cool|goood=good|nooooo=noo|sooo=soo|biiitch=bitch|pusssssy=pussy|fuucckk=fuck|x"
    + 60 * "o"
    + "=xoo",
    "mixed": "FUUUCK=fuck|Sh1t!!=shit!!|(sh1t)=(shit)|'b1tch'='bitch'|F.U.C.K.=fuck.|f u c k !=fuck !|sh1111t=shit|$h!t=shit",
    "named": "@john=@user|(@john=(@user|@john_b:=@user:|@user1=@user|u/ab=@user|/u/some-one's=@user's|[user]=@user|<url>=http|[url]x=https",
    "linked": "http://a.b/c?d=http|HTTPS://A.B=http|www.a.b=http|(http://a.b)=(http|see:www.a.b=see:http|[url]://x=http",
    "cleaned": ' a \t\r\nb =a b|a\x00b=ab|a\x7fb=ab|h\x01ttp://x=http|don\x19t=don\'t|\x1cq\x1d="q"|a\x13b=a b|A&B=a and b|&=and',
    "halves": "http://=http://|https://=https://|www.=www.|wwww.a=wwww.a|xhttp://a=xhttp://a|www.\x10=www.",
}
FORMS = [(kind, text, text) for kind, row in SURVIVES.items() for text in row.split("|")] + [
    (kind, *form.rsplit("=", 1))
    for kind, row in UNDONE.items()
    for form in row.replace("k|ll", "k\0ll").replace("f|u|c|k", "f\0u\0c\0k").split("|")
]
HOSTILE = [
    *("&", "a&", "&@a ", "@a ", "(@a)", "u/ab ", "<url>", "[user]", "a!b?", "a'", "a b ", "fu ck ", "\x19", "h\x01ttp://a ", "htttp://x "),
    *(
        "a a 1 b b 1 c c 1 ",
        "aa1bb1cc1dd1ee1ff1qqxx ",
        "a.a.1.b.b.1.q.q.x.x ",
        "@aa1bb1cc1dd1q ",
        "qx zk ",
        "oo",
        "f u c k ",
        "mo therfuck er ",
    ),
]


LEXICON = load_lexicon()


def normalised(text: bytes) -> bytes:
    """Return what the compiled stage alone makes of UTF-8 bytes."""
    room = make_buffers(len(text), False)
    size = normalise_bytes(np.frombuffer(text, np.uint8), 0, len(text), LEXICON, room)
    return room.text.data[:size].tobytes()


@pytest.mark.parametrize(("kind", "text", "expected"), FORMS)
def test_every_form(kind: str, text: str, expected: str) -> None:
    """What is no disguise survives whatever its letters would make; what is one is read as the word that it makes."""
    if kind in {"leet", "signs", "dotted"} and "\0" in text:
        text = text.replace("\0", "|")

    assert normalised(text.encode()).decode() == expected


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_repetition_ends_and_fits(piece: str) -> None:
    """Texts made to grow, or to be read again and again, end within the room made for them, and read again stay as they are."""
    once = normalised((piece * 400).encode())

    assert len(once) <= 5 * 400 * len(piece.encode())
    assert normalised(once) == once


@given(st.lists(st.sampled_from(HOSTILE) | st.text("afuckshit019@$!|+(*.-_/' &", max_size=12), max_size=12).map("".join))
@settings(max_examples=600, deadline=None)
def test_reading_again_changes_nothing(text: str) -> None:
    """What was normalised is normal."""
    once = normalised(text.encode())

    assert normalised(once) == once


@pytest.mark.parametrize("text", ["You sh1t, f u c k u/ab & www.a.b", "it's a f*ck", "sooo peo ple fu ck-you @john", "1984: what the 5 km"])
def test_python_and_machine_code_read_alike(text: str, both: Callable[..., Any]) -> None:
    """The rules say the same as Python as they do as machine code, down to the bytes that each byte stands for."""
    source = np.frombuffer(text.encode(), np.uint8)
    both(normalise_bytes, source, 0, source.size, LEXICON, make_buffers(source.size, True))


def test_replacements_are_traced() -> None:
    """A word that is as long as what it replaces stands for it letter by letter, any other for the whole."""
    source = np.frombuffer(b"sh1t f.u.c.k", np.uint8)
    room = make_buffers(source.size, True)
    assert normalise_bytes(source, 0, source.size, LEXICON, room) == 9
    assert room.text.begin[:9].tolist() == [0, 1, 2, 3, 4, 5, 5, 5, 5]
    assert room.text.end[:9].tolist() == [1, 2, 3, 4, 5, 12, 12, 12, 12]
