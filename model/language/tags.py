"""The tags by which callers name languages (BCP 47): which of them name one, and how it is written.

What a caller sends as a tag may be anything, so only codes of real languages count: those of ISO 639-1, and those of ISO 639-3 for which
the Unicode CLDR has an English name.
"""

import re
from collections.abc import Mapping

from model.language.scripts import LANGUAGE_OF_SCRIPT, LANGUAGES_OF_SCRIPT, LATIN, SCRIPT_NAMES

__all__ = ["ROMANISED_TAGS", "bare_tag", "canonical_tag", "primary_language", "reader_tag", "tag_scripts"]

_PRIMARY = re.compile(r"([A-Za-z]{2,3})(?![A-Za-z0-9])")
_TAG = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{4}))?(?:[-_]([A-Za-z]{2}|[0-9]{3}))?((?:[-_][A-Za-z0-9]{1,8}){0,4})")
# BCP 47: undetermined, several languages, no linguistic content, not in the registry.
_NO_LANGUAGES = frozenset({"und", "mul", "zxx", "mis"})

# Three letters of ISO 639-2 or 639-3, and the two of ISO 639-1 that take their place.
_LONG_CODES = (
    "aaraa abkab afraf akaak albsq alssq amham araar arbar argan armhy asmas avaav aveae aymay ayray azeaz azjaz bakba bambm baqeu "
    "belbe benbn bisbi bodbo bosbs brebr bulbg burmy catca cescs chach chece chizh chucu chvcv cmnzh corkw cosco crecr cymcy czecs "
    "danda deude divdv dutnl dzodz ekket ellel engen epoeo eskik estet euseu eweee faofo fasfa fijfj finfi frafr frefr fryfy fucff "
    "fulff gazom geoka gerde glagd glega glggl glvgv greel grngn guggn gujgu hatht hauha hebhe herhz hinhi hmoho hrvhr hunhu hyehy "
    "iboig iceis idoio iiiii ikeiu ikuiu ileie inaia indid ipkik islis itait javjv jpnja kalkl kankn kasks katka kaukr kazkk khkmn "
    "khmkm kikki kinrw kirky kmrku knckr kngkg komkv konkg korko kpvkv kuakj kurku laolo latla lavlv limli linln litlt ltzlb lublu "
    "luglg lvslv macmk mahmh malml maomi marmr mayms mkdmk mlgmg mltmt molro monmn mrimi msams myamy nauna navnv nblnr ndend ndong "
    "nepne nldnl nnonn nobnb norno npine nyany ocioc ojgoj ojioj orior ormom oryor ossos panpa pbups perfa pesfa plipi pltmg polpl "
    "porpt prpgu pusps quequ quzqu rohrm ronro rumro runrn rusru sagsg sansa sinsi slksk slosk slvsl smese smosm snasn sndsd somso "
    "sotst spaes sqisq srcsc srdsc srpsr sswss sunsu swasw swesv swhsw tahty tamta tattt telte tgktg thath tibbo tirti tonto tsntn "
    "tsots tuktk turtr twiak uigug ukruk urdur uzbuz uznuz venve vievi volvo welcy wlnwa wolwo xhoxh yddyi yidyi yoryo zhaza zhozh "
    "zsmms zulzu zybza"
)
_WITHOUT_SHORT_CODE = (
    "ace ach ada ady aeb afh agq ain akk akz ale aln alt ang ann anp apw arc arn aro arp arq ars arw ary arz asa ase ast atj avk "
    "awa bal ban bar bas bax bbc bbj bej bem bew bez bfd bfq bgc bgn bho bik bin bjn bkm bla blo blt bpy bqi bra brh brx bss bua "
    "bug bum byn byv cad car cay cch ccp ceb cgg chb chg chk chm chn cho chp chr chy cic ckb clc cop cps crg crh crj crk crl crm "
    "crr crs csb csw dak dar dav del den dgr din dje doi dsb dtp dua dum dyo dyu dzg ebu efi egl egy eka elx enm esu ewo ext fan "
    "fat fil fit fon frc frm fro frp frr frs fur gaa gag gan gay gba gbz gez gil glk gmh goh gon gor got grb grc gsw guc gur guz "
    "gwi hai hak haw hax hif hil hit hmn hnj hsb hsn hup hur iba ibb ikt ilo inh izh jam jbo jgo jmc jpr jrb jut kaa kab kac kaj "
    "kam kaw kbd kbl kcg kde kea kek ken kfo kgp kha kho khq khw kiu kkj kln kmb koi kok kos kpe krc kri krj krl kru ksb ksf ksh "
    "kum kut kwk kxv lad lag lah lam lez lfn lij lil liv lkt lld lmo lol lou loz lrc lsm ltg lua lui lun luo lus luy lzh lzz mad "
    "maf mag mai mak man mas mde mdf mdr men mer mfe mga mgh mgo mic mid min mnc mni moe moh mos mrj mua mus mwl mwr mwv mye myv "
    "mzn nan nap naq nds new nia niu njo nmg nnh nnp nog non nov nqo nso nus nwc nym nyn nyo nzi ojb ojc ojs ojw oka osa ota pag "
    "pal pam pap pau pcd pcm pdc pdt peo pfl phn pis pms pnt pon pqm prg pro quc qug raj rap rar rej rgn rhg rif rof rom rtm rue "
    "rug rup rwk sad sah sam saq sas sat saz sba sbp scn sco sdc sdh see seh sei sel ses sga sgs shi shn shu sid sjd sje sju slh "
    "sli sly sma smj smn sms snk sog srn srr ssy stq str suk sus sux swb syc syr szl tce tcy tem teo ter tet tgx tht tig tiv tkl "
    "tkr tlh tli tly tmh tog tok tpi tru trv trw tsd tsi ttm ttt tum tvl twq tyv tzm udm uga umb vai vec vep vls vmf vmw vot vro "
    "vun wae wal war was wbp wuu xal xmf xnr xog yao yap yav ybb yrl yue zap zbl zea zen zgh zun zza"
)
_RETIRED_CODES = {"in": "id", "iw": "he", "ji": "yi", "jw": "jv", "mo": "ro"}
_SHORT_CODES: Mapping[str, str] = {pair[:3]: pair[3:] for pair in _LONG_CODES.split()} | _RETIRED_CODES
_CODES = frozenset(_SHORT_CODES.values()) | frozenset(_WITHOUT_SHORT_CODE.split()) | {"tl", "tw"}

ROMANISED_TAGS = frozenset({"bn-Latn", "kn-Latn", "ml-Latn", "ta-Latn", "te-Latn"})
"""Languages that comments are written in Latin letters in as well: the readers of their usual script learned from both."""

_LATIN = SCRIPT_NAMES[LATIN]
_SCRIPTS_OF_SUBTAG: Mapping[str, tuple[str, ...]] = {
    **{"Latn": (_LATIN,), "Cyrl": ("Cyrillic",), "Arab": ("Arabic",), "Deva": ("Devanagari",), "Beng": ("Bengali",), "Grek": ("Greek",)},
    **{"Hebr": ("Hebrew",), "Armn": ("Armenian",), "Geor": ("Georgian",), "Ethi": ("Ethiopic",), "Thai": ("Thai",), "Laoo": ("Lao",)},
    **{"Guru": ("Gurmukhi",), "Gujr": ("Gujarati",), "Orya": ("Odia",), "Taml": ("Tamil",), "Telu": ("Telugu",), "Knda": ("Kannada",)},
    **{"Mlym": ("Malayalam",), "Sinh": ("Sinhala",), "Tibt": ("Tibetan",), "Mymr": ("Myanmar",), "Khmr": ("Khmer",), "Hang": ("Hangul",)},
    **{"Hani": ("Han",), "Hans": ("Han",), "Hant": ("Han",), "Jpan": ("Kana", "Han"), "Hira": ("Kana",), "Kana": ("Kana",)},
    **{"Kore": ("Hangul",)},
}
_MORE_SCRIPTS: Mapping[str, tuple[str, ...]] = {
    **{"ja": ("Han",), "yue": ("Han",), "wuu": ("Han",), "nan": ("Han", _LATIN), "hak": ("Han", _LATIN)},
    **{"ti": ("Ethiopic",), "yi": ("Hebrew",), "bo": ("Tibetan",), "mai": ("Devanagari",), "bho": ("Devanagari",), "ckb": ("Arabic",)},
    **{
        "sd": ("Arabic", "Devanagari"),
        "ks": ("Arabic", "Devanagari"),
        "pa": ("Arabic",),
        "ku": (_LATIN, "Arabic"),
        "az": (_LATIN, "Cyrillic"),
    },
    **{"sr": (_LATIN,), "kk": (_LATIN,), "uz": (_LATIN, "Cyrillic"), "bs": (_LATIN, "Cyrillic"), "tk": (_LATIN, "Cyrillic")},
    **{"cv": ("Cyrillic",), "os": ("Cyrillic",), "ab": ("Cyrillic",), "ce": ("Cyrillic",), "sah": ("Cyrillic",), "av": ("Cyrillic",)},
}


def primary_language(tag: str | None) -> str | None:
    """Return the primary language of a BCP 47 tag, such as ``de`` of ``de-AT``; None if the tag names no language."""
    match = _PRIMARY.match(tag) if tag else None
    code = match[1].lower() if match else None
    return None if code in _NO_LANGUAGES else code


def canonical_tag(text: str) -> str | None:
    """Return the tag of a language as BCP 47 writes it; None if the text is not the tag of a real language.

    Of its other parts only the script and the region are kept: ``pt-BR`` of ``PT_br``, ``hi-Latn``, ``en`` of ``eng`` and of ``en-x-mine``.
    """
    if len(text) == 2 and text in _CODES:
        return text
    match = _TAG.fullmatch(text)
    if match is None:
        return None
    code = match[1].lower()
    code = _SHORT_CODES.get(code, code)
    if code not in _CODES:
        return None
    script, region = (match[2] or "").title(), (match[3] or "").upper()
    return "-".join(part for part in (code, script if script in _SCRIPTS_OF_SUBTAG else "", region) if part)


def tag_scripts(tag: str) -> frozenset[str]:
    """Return the names of the scripts in which the language of a canonical tag is written: the one that the tag names, or all."""
    code, _, rest = tag.partition("-")
    named = _SCRIPTS_OF_SUBTAG.get(rest.partition("-")[0])
    if named is not None:
        return frozenset(named)
    usual = {script for script, only in LANGUAGE_OF_SCRIPT.items() if only == code}
    usual |= {script for script, codes in LANGUAGES_OF_SCRIPT.items() if code in codes}
    return frozenset(usual.union(_MORE_SCRIPTS.get(code, ())) or {_LATIN})


def bare_tag(tag: str) -> str:
    """Return a canonical tag without its region, and without a script in which its language is usually written: ``pt``, ``hi-Latn``."""
    code, _, rest = tag.partition("-")
    return code if tag_scripts(tag) <= tag_scripts(code) else f"{code}-{rest.partition('-')[0]}"


def reader_tag(tag: str) -> str:
    """Return the tag of the language whose reader reads a canonical tag's language: ``pt`` of ``pt-BR``, ``kn`` of ``kn-Latn``."""
    bare = bare_tag(tag)
    return bare.partition("-")[0] if bare in ROMANISED_TAGS else bare
