"""How numbers get a meaning in English, German, French and Spanish: months, units, currencies, number words."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _by_word(table: dict[str, str]) -> dict[str, str]:
    return {word: meaning for meaning, words in table.items() for word in words.split()}


MONTHS = {
    word: number
    for number, words in enumerate(
        (
            "january jan januar jänner janvier janv enero ene",
            "february feb februar février févr fevrier febrero",
            "march mar märz mär maerz mars marzo",
            "april apr avril avr abril abr",
            "may mai mayo",
            "june jun juni juin junio",
            "july jul juli juillet juil julio",
            "august aug août aout agosto ago",
            "september sep sept septembre septiembre setiembre",
            "october oct oktober okt octobre octubre",
            "november nov novembre noviembre",
            "december dec dezember dez décembre déc decembre diciembre dic",
        ),
        start=1,
    )
    for word in words.split()
}
# Words that are months only with a capital, or with a day beside them that says so.
ALSO_WORDS = {"may", "march", "mar", "ago", "mars", "dic"}

UNITS = _by_word(
    {
        "second": "second seconds sec secs sekunde sekunden seconde secondes segundo segundos",
        "minute": "minute minutes min mins minuten minuto minutos",
        "hour": "hour hours hr hrs stunde stunden heure heures hora horas",
        "day": "day days tag tage tagen werktag werktage werktagen arbeitstag arbeitstage arbeitstagen jour jours "
        "día días dia dias",
        "week": "week weeks woche wochen semaine semaines semana semanas",
        "month": "month months monat monate monaten mois mes meses",
        "year": "year years yr yrs jahr jahre jahren an ans année années año años",
    }
)
# Letters that are a unit only right behind their number: 24h, 30d.
SHORT_UNITS = {"s": "second", "m": "minute", "h": "hour", "d": "day", "w": "week", "y": "year"}
# Every length of time in the smallest one it is a whole number of.
LENGTHS = {
    "second": ("second", 1),
    "minute": ("second", 60),
    "hour": ("second", 3600),
    "day": ("second", 86_400),
    "week": ("second", 604_800),
    "month": ("month", 1),
    "year": ("month", 12),
}
# What may stand between a number and its unit.
ADJECTIVES = _words(
    "business working calendar full consecutive bank banking whole additional more volle vollen ganze ganzen weitere "
    "weiteren"
)

CURRENCY_SIGNS = _words("€ $ £ ¥ ₹")
CURRENCIES = _by_word(
    {
        "EUR": "€ eur euro euros",
        "USD": "$ us$ usd dollar dollars dólar dólares",
        "GBP": "£ gbp pound pounds pfund livres libras",
        "JPY": "¥ jpy yen",
        "INR": "₹ inr rupee rupees",
        "CHF": "chf franken francs",
        **{code: code.lower() for code in _words("AUD CAD SEK NOK DKK PLN CZK HUF BRL MXN SGD HKD NZD ZAR TRY CNY")},
    }
)
PERCENT = _by_word({"%": "% percent prozent"})
# Of two words: per cent, pour cent, por ciento.
PERCENT_PAIRS = {"per": "cent", "pour": "cent", "por": "ciento"}
# Every word that makes a quantity of the number beside it.
MEASURES = UNITS | CURRENCIES | PERCENT
MULTIPLIERS = {
    **dict.fromkeys(("dozen", "dutzend", "douzaines", "docenas"), 12),
    **dict.fromkeys(("hundred", "hundert"), 100),
    **dict.fromkeys(("k", "thousand", "tausend"), 10**3),
    **dict.fromkeys(("million", "millions", "millionen", "mio", "millones", "millón"), 10**6),
    **dict.fromkeys(("billion", "billions", "milliarden", "milliards", "mrd"), 10**9),
}
# Right behind a number they leave it one.
SUFFIXES = _words("st nd rd th er e º ª x ms kb mb gb tb px pt g kg mm cm km mbps")

_NUMBER_WORDS = (
    "zero null cero|one ein eine einen einem einer un une una uno|two zwei deux dos|three drei trois tres|"
    "four vier quatre cuatro|five fünf cinq cinco|six sechs seis|seven sieben sept siete|eight acht huit ocho|"
    "nine neun neuf nueve|ten zehn dix diez|eleven elf onze once|twelve zwölf douze doce|"
    "thirteen dreizehn treize trece|fourteen vierzehn quatorze catorce|fifteen fünfzehn quinze quince|"
    "sixteen sechzehn seize dieciséis|seventeen siebzehn dix-sept diecisiete|eighteen achtzehn dix-huit dieciocho|"
    "nineteen neunzehn dix-neuf diecinueve"
)
_TENS = (
    "twenty zwanzig vingt veinte|thirty dreißig trente treinta|forty vierzig quarante cuarenta|"
    "fifty fünfzig cinquante cincuenta|sixty sechzig soixante sesenta|seventy siebzig septante setenta|"
    "eighty achtzig quatre-vingts ochenta|ninety neunzig nonante noventa"
)
NUMBER_WORDS: dict[str, int] = {
    **{word: number for number, words in enumerate(_NUMBER_WORDS.split("|")) for word in words.split()},
    **{word: number * 10 for number, words in enumerate(_TENS.split("|"), start=2) for word in words.split()},
    **dict.fromkeys(_words("dozen dutzend douzaine docena"), 12),
    **dict.fromkeys(_words("hundred hundert cent cien"), 100),
    **dict.fromkeys(_words("thousand tausend mille mil"), 1000),
}
_ENGLISH, _GERMAN, _FRENCH = (
    "one|two|three|four|five|six|seven|eight|nine",
    "ein|zwei|drei|vier|fünf|sechs|sieben|acht|neun",
    "et-un|deux|trois|quatre|cinq|six|sept|huit|neuf",
)
NUMBER_WORDS |= {
    written.format(ten=tens.split()[column], one=one): number * 10 + ones
    for number, tens in enumerate(_TENS.split("|"), start=2)
    for column, (written, of) in enumerate(
        (("{ten}-{one}", _ENGLISH), ("{one}und{ten}", _GERMAN), ("{ten}-{one}", _FRENCH))
    )
    for ones, one in enumerate(of.split("|"), start=1)
}
# Articles, and words that mean something else more often: they offer a number and never claim one.
ARTICLES = _words("a an ein eine einen einem einer un une una uno once null per each every pro par por")
# Number words that are other words, too: they claim a number with a unit only.
ALSO_NO_NUMBERS = _words("neuf dos sept acht elf cent mil")
# What stands before a number of what was told already.
POINTING = _words(
    "the these those both all other first last next between die der den dem diese diesen dieser alle allen beiden "
    "ersten anderen les des ces tous toutes autres premiers premières los las estos estas todos todas otros otras "
    "primeros"
)
# A text has parts of its own to count: "in two ways", "three things".
OWN_PARTS = _words(
    "steps ways options things methods possibilities cases places parts points reasons conditions exceptions kinds "
    "types sorts approaches alternatives choices scenarios situations examples questions requirements criteria "
    "schritte schritten möglichkeiten wege wegen arten optionen dinge dingen fälle fällen gründe gründen punkte "
    "punkten stellen beispiele fragen étapes façons manières choses cas raisons possibilités moyens exemples "
    "questions points pasos formas maneras opciones cosas casos razones posibilidades puntos ejemplos preguntas"
)
# A number behind one of these counts the text's own parts.
COUNTED_PARTS = _words("step steps schritt étape paso option variante way punkt")
VERSION_WORDS = _words("v version versión release")
PLAN_WORDS = _words(
    "plan plans tier edition package subscription membership tarif tarife paket abonnement forfait offre abo "
    "suscripción paquete"
)
# A point behind these ends no sentence.
ABBREVIATIONS = _words("e.g i.e z.b d.h u.a p.ex ca approx bzw inkl incl vs etc nr núm mr mrs ms dr sr sra inc ltd usw")
