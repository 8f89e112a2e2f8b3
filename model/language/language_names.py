"""What languages are called in English: ``German``, ``Hindi in Latin letters``.

The names are those of the Unicode CLDR 47, but for ``bn``, which ISO 639 calls Bengali, and for the few codes of py3langid that the CLDR
does not name, whose names are ISO 639-3's.
"""

from collections.abc import Mapping

__all__ = ["language_name"]

_CODES_AND_NAMES = (
    "aa Afar, ab Abkhazian, ace Acehnese, ae Avestan, af Afrikaans, ak Akan, am Amharic, an Aragonese, ar Arabic, as Assamese, "
    "av Avaric, ay Aymara, az Azerbaijani, ba Bashkir, bcl Central Bikol, be Belarusian, bg Bulgarian, bi Bislama, bm Bambara, "
    "bn Bengali, bo Tibetan, br Breton, bs Bosnian, ca Catalan, ce Chechen, ch Chamorro, co Corsican, cr Cree, crh Crimean Tatar, "
    "cs Czech, cu Church Slavic, cv Chuvash, cy Welsh, da Danish, de German, dv Divehi, dz Dzongkha, ee Ewe, el Greek, en English, "
    "eo Esperanto, es Spanish, et Estonian, eu Basque, ext Extremaduran, fa Persian, ff Fula, fi Finnish, fj Fijian, fo Faroese, "
    "fr French, fuv Nigerian Fulfulde, fy Western Frisian, ga Irish, gcf Guadeloupean Creole, gcr Guianese Creole, "
    "gd Scottish Gaelic, gl Galician, gn Guarani, gom Goan Konkani, grc Ancient Greek, gu Gujarati, gug Paraguayan Guarani, guw Gun, "
    "gv Manx, ha Hausa, he Hebrew, hi Hindi, ho Hiri Motu, hr Croatian, ht Haitian Creole, hu Hungarian, hy Armenian, hz Herero, "
    "ia Interlingua, id Indonesian, ie Interlingue, ig Igbo, ii Sichuan Yi, ik Inupiaq, io Ido, is Icelandic, it Italian, "
    "iu Inuktitut, ja Japanese, jv Javanese, ka Georgian, kab Kabyle, kg Kongo, ki Kikuyu, kj Kuanyama, kk Kazakh, kl Kalaallisut, "
    "km Khmer, kn Kannada, ko Korean, kr Kanuri, ks Kashmiri, ku Kurdish, kv Komi, kw Cornish, ky Kyrgyz, la Latin, lb Luxembourgish, "
    "lg Ganda, li Limburgish, lij Ligurian, ln Lingala, lo Lao, lt Lithuanian, ltg Latgalian, lu Luba-Katanga, lv Latvian, "
    "mg Malagasy, mh Marshallese, mi Māori, mk Macedonian, ml Malayalam, mn Mongolian, mr Marathi, ms Malay, mt Maltese, my Burmese, "
    "na Nauru, nb Norwegian Bokmål, nd North Ndebele, ne Nepali, ng Ndonga, nl Dutch, nn Norwegian Nynorsk, no Norwegian, "
    "nr South Ndebele, nso Northern Sotho, nv Navajo, ny Nyanja, oc Occitan, oj Ojibwa, om Oromo, or Odia, os Ossetic, pa Punjabi, "
    "pcm Nigerian Pidgin, pi Pali, pl Polish, ps Pashto, pt Portuguese, qu Quechua, rm Romansh, rn Rundi, ro Romanian, ru Russian, "
    "rw Kinyarwanda, sa Sanskrit, sc Sardinian, sd Sindhi, sdh Southern Kurdish, se Northern Sami, sg Sango, si Sinhala, sk Slovak, "
    "sl Slovenian, sm Samoan, sn Shona, so Somali, sq Albanian, sr Serbian, ss Swati, st Southern Sotho, su Sundanese, sv Swedish, "
    "sw Swahili, ta Tamil, te Telugu, tg Tajik, th Thai, ti Tigrinya, tk Turkmen, tl Tagalog, tn Tswana, to Tongan, tr Turkish, "
    "ts Tsonga, tt Tatar, tw Twi, ty Tahitian, ug Uyghur, uk Ukrainian, ur Urdu, uz Uzbek, ve Venda, vec Venetian, vi Vietnamese, "
    "vo Volapük, wa Walloon, wo Wolof, xh Xhosa, yi Yiddish, yo Yoruba, za Zhuang, zh Chinese, zu Zulu"
)
_NAMES: Mapping[str, str] = {code: name for code, _, name in (entry.partition(" ") for entry in _CODES_AND_NAMES.split(", "))}
_SCRIPTS: Mapping[str, str] = {
    **{"Latn": "Latin letters", "Cyrl": "Cyrillic letters", "Arab": "Arabic letters", "Deva": "Devanagari", "Grek": "Greek letters"},
    **{"Hebr": "Hebrew letters", "Hans": "simplified characters", "Hant": "traditional characters", "Hang": "Hangul"},
}
_SCRIPT_LENGTH = 4


def language_name(tag: str) -> str:
    """Return what a language is called in English, given its tag (BCP 47).

    Args:
        tag: such as ``de``, ``hi-Latn`` or ``pt-BR``.

    Returns:
        The name of the language; with the script where the tag names one, and with the code of its region in brackets where it names one.
        The tag itself if its language has no name here.
    """
    code, *others = tag.replace("_", "-").split("-")
    name = _NAMES.get(code.lower())
    if name is None:
        return tag
    scripts = [_SCRIPTS.get(part.title(), part.title()) for part in others if len(part) == _SCRIPT_LENGTH and part.isalpha()]
    regions = [part.upper() for part in others if 1 < len(part) < _SCRIPT_LENGTH]
    return name + (f" in {scripts[0]}" if scripts else "") + (f" ({regions[0]})" if regions else "")
