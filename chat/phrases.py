"""What the assistant says by itself, in the languages it has words for. Pure.

Answers come from documents or a model. These few sentences do not, and a customer who reads no English should
understand them all the same.
"""

PHRASES: dict[str, dict[str, str]] = {
    "hello": {
        "en": "Hello! What can I help you with?",
        "de": "Hallo! Wobei kann ich helfen?",
        "fr": "Bonjour ! Que puis-je faire pour vous ?",
        "es": "¡Hola! ¿En qué puedo ayudarle?",
    },
    "welcome": {
        "en": "You're welcome. Is there anything else I can help with?",
        "de": "Gern geschehen. Kann ich sonst noch helfen?",
        "fr": "Je vous en prie. Puis-je vous aider pour autre chose ?",
        "es": "De nada. ¿Puedo ayudarle en algo más?",
    },
    "who": {
        "en": "I'm {widget}'s automatic assistant. I answer from the documentation and your account, and I can bring "
        "in a person whenever you like.",
        "de": "Ich bin der automatische Assistent von {widget}. Ich antworte aus der Dokumentation und Ihrem Konto und "
        "hole jederzeit einen Menschen dazu.",
        "fr": "Je suis l'assistant automatique de {widget}. Je réponds à partir de la documentation et de votre "
        "compte, et je peux faire venir une personne à tout moment.",
        "es": "Soy el asistente automático de {widget}. Respondo con la documentación y su cuenta, y puedo traer a una "
        "persona cuando quiera.",
    },
    "bye": {
        "en": "Goodbye! Come back any time.",
        "de": "Auf Wiedersehen! Kommen Sie jederzeit wieder.",
        "fr": "Au revoir ! Revenez quand vous voulez.",
        "es": "¡Hasta luego! Vuelva cuando quiera.",
    },
    "no_words": {
        "en": "I can only read words. What would you like to know?",
        "de": "Ich kann nur Wörter lesen. Was möchten Sie wissen?",
        "fr": "Je ne lis que des mots. Que souhaitez-vous savoir ?",
        "es": "Solo puedo leer palabras. ¿Qué desea saber?",
    },
    "image_unread": {
        "en": "I could not read the attached image.",
        "de": "Das angehängte Bild konnte ich nicht lesen.",
        "fr": "Je n'ai pas pu lire l'image jointe.",
        "es": "No he podido leer la imagen adjunta.",
    },
    "images_unread": {
        "en": "I could not read the attached images.",
        "de": "Die angehängten Bilder konnte ich nicht lesen.",
        "fr": "Je n'ai pas pu lire les images jointes.",
        "es": "No he podido leer las imágenes adjuntas.",
    },
    "images_partly_read": {
        "en": "I could not read all of the attached images.",
        "de": "Die angehängten Bilder konnte ich nicht alle lesen.",
        "fr": "Je n'ai pas pu lire toutes les images jointes.",
        "es": "No he podido leer todas las imágenes adjuntas.",
    },
    "image_alone": {
        "en": "I could not read the attached image. What would you like to know, in a few words?",
        "de": "Das angehängte Bild konnte ich nicht lesen. Was möchten Sie wissen, in ein paar Worten?",
        "fr": "Je n'ai pas pu lire l'image jointe. Que souhaitez-vous savoir, en quelques mots ?",
        "es": "No he podido leer la imagen adjunta. ¿Qué desea saber, en pocas palabras?",
    },
    "image_again": {
        "en": "I could not read this image either. A person can look at it and help you further.",
        "de": "Auch dieses Bild konnte ich nicht lesen. Ein Mensch kann es ansehen und Ihnen weiterhelfen.",
        "fr": "Je n'ai pas pu lire cette image non plus. Une personne peut la regarder et vous aider.",
        "es": "Tampoco he podido leer esta imagen. Una persona puede verla y ayudarle.",
    },
    "more": {
        "en": "Could you tell me a little more? What were you trying to do, and what happened instead?",
        "de": "Können Sie mir etwas mehr sagen? Was wollten Sie tun, und was ist stattdessen passiert?",
        "fr": "Pouvez-vous m'en dire un peu plus ? Que vouliez-vous faire, et que s'est-il passé ?",
        "es": "¿Puede contarme un poco más? ¿Qué quería hacer y qué ocurrió?",
    },
    "which": {
        "en": "I'm not sure what you mean. Is it about one of these?",
        "de": "Ich bin nicht sicher, was Sie meinen. Geht es um eines davon?",
        "fr": "Je ne suis pas sûr de comprendre. S'agit-il de l'un de ces sujets ?",
        "es": "No estoy seguro de a qué se refiere. ¿Se trata de uno de estos temas?",
    },
    "nothing_found": {
        "en": "I couldn't find anything about that in the documentation. A person can help you further.",
        "de": "Dazu habe ich in der Dokumentation nichts gefunden. Ein Mensch kann Ihnen weiterhelfen.",
        "fr": "Je n'ai rien trouvé à ce sujet dans la documentation. Une personne peut vous aider.",
        "es": "No he encontrado nada sobre eso en la documentación. Una persona puede ayudarle.",
    },
    "sign_in": {
        "en": "I can't see your account in this chat: sign in, and I can answer from your own record, too.",
        "de": "Ich sehe Ihr Konto in diesem Chat nicht: melden Sie sich an, dann antworte ich auch aus Ihren Daten.",
        "fr": "Je ne vois pas votre compte ici : connectez-vous, et je répondrai aussi d'après votre dossier.",
        "es": "No puedo ver su cuenta en este chat: inicie sesión y podré responder también con sus datos.",
    },
    "sign_in_or_verify": {
        "en": "I can't see your account in this chat: sign in, or verify your e-mail address here, and I can answer "
        "from your own record, too.",
        "de": "Ich sehe Ihr Konto in diesem Chat nicht: melden Sie sich an oder bestätigen Sie hier Ihre "
        "E-Mail-Adresse, dann antworte ich auch aus Ihren Daten.",
        "fr": "Je ne vois pas votre compte ici : connectez-vous, ou confirmez ici votre adresse e-mail, et je "
        "répondrai aussi d'après votre dossier.",
        "es": "No puedo ver su cuenta en este chat: inicie sesión o verifique aquí su correo electrónico, y podré "
        "responder también con sus datos.",
    },
    "code_subject": {
        "en": "{code} is your code for {widget}",
        "de": "{code} ist Ihr Code für {widget}",
        "fr": "{code} est votre code pour {widget}",
        "es": "{code} es su código para {widget}",
    },
    "code_mail": {
        "en": "To verify your e-mail address in the chat of {widget}, enter this code there:\n\n{code}\n\nIt is good "
        "for ten minutes. We never ask for it anywhere else. If it was not you who asked for it, you need not do "
        "anything.",
        "de": "Um Ihre E-Mail-Adresse im Chat von {widget} zu bestätigen, geben Sie dort diesen Code ein:\n\n{code}\n\n"
        "Er gilt zehn Minuten. Wir fragen nirgends sonst danach. Wenn Sie ihn nicht angefordert haben, brauchen Sie "
        "nichts zu tun.",
        "fr": "Pour confirmer votre adresse e-mail dans le chat de {widget}, saisissez-y ce code :\n\n{code}\n\nIl est "
        "valable dix minutes. Nous ne le demandons nulle part ailleurs. Si vous ne l'avez pas demandé, vous n'avez "
        "rien à faire.",
        "es": "Para verificar su correo electrónico en el chat de {widget}, introduzca allí este código:\n\n{code}\n\n"
        "Es válido durante diez minutos. No lo pedimos en ningún otro sitio. Si no lo ha solicitado, no tiene que "
        "hacer nada.",
    },
    "from_account": {
        "en": "From your account:",
        "de": "Aus Ihrem Konto:",
        "fr": "Dans votre compte :",
        "es": "De su cuenta:",
    },
    "from_documents": {
        "en": "Quoted from the documentation:",
        "de": "Wörtlich aus der Dokumentation:",
        "fr": "Extrait de la documentation :",
        "es": "Citado de la documentación:",
    },
    "no_reply_yet": {
        "en": "Nobody has replied yet.",
        "de": "Es hat noch niemand geantwortet.",
        "fr": "Personne n'a encore répondu.",
        "es": "Nadie ha respondido todavía.",
    },
    "last_reply": {
        "en": "The last reply:",
        "de": "Die letzte Antwort:",
        "fr": "La dernière réponse :",
        "es": "La última respuesta:",
    },
    "offer_ticket": {
        "en": "Open a ticket",
        "de": "Ticket eröffnen",
        "fr": "Ouvrir un ticket",
        "es": "Abrir un ticket",
    },
    "ticket_is_opened": {
        "en": "A ticket is opened in your name.\n\nSubject: {subject}\n\n{text}",
        "de": "In Ihrem Namen wird ein Ticket eröffnet.\n\nBetreff: {subject}\n\n{text}",
        "fr": "Un ticket est ouvert en votre nom.\n\nObjet : {subject}\n\n{text}",
        "es": "Se abre un ticket en su nombre.\n\nAsunto: {subject}\n\n{text}",
    },
    "offer_addition": {
        "en": "Add to ticket {number}",
        "de": "Zu Ticket {number} hinzufügen",
        "fr": "Ajouter au ticket {number}",
        "es": "Añadir al ticket {number}",
    },
    "is_added": {
        "en": "This message is added to your ticket {number}, “{subject}”.",
        "de": "Diese Nachricht wird Ihrem Ticket {number}, „{subject}“, hinzugefügt.",
        "fr": "Ce message est ajouté à votre ticket {number}, « {subject} ».",
        "es": "Este mensaje se añade a su ticket {number}, «{subject}».",
    },
    "is_opened_again": {
        "en": "The ticket is opened again.",
        "de": "Das Ticket wird wieder geöffnet.",
        "fr": "Le ticket est rouvert.",
        "es": "El ticket se vuelve a abrir.",
    },
    "offer_person": {
        "en": "Talk to a person",
        "de": "Mit einem Menschen sprechen",
        "fr": "Parler à une personne",
        "es": "Hablar con una persona",
    },
    "person_replies": {
        "en": "A person from our team reads this conversation and replies here.",
        "de": "Jemand aus unserem Team liest diese Unterhaltung und antwortet hier.",
        "fr": "Une personne de notre équipe lit cette conversation et répond ici.",
        "es": "Una persona de nuestro equipo lee esta conversación y responde aquí.",
    },
    "unsupported": {
        "en": "I couldn't confirm an answer to that from the documentation. A person can help you further.",
        "de": "Ich konnte dazu keine Antwort durch die Dokumentation belegen. Ein Mensch kann Ihnen weiterhelfen.",
        "fr": "Je n'ai pas pu confirmer de réponse dans la documentation. Une personne peut vous aider.",
        "es": "No he podido confirmar una respuesta con la documentación. Una persona puede ayudarle.",
    },
    "too_long": {
        "en": "Your message is too long for me to read at once. Please shorten it, or send it in parts.",
        "de": "Ihre Nachricht ist zu lang, um sie auf einmal zu lesen. Bitte kürzen oder teilen Sie sie.",
        "fr": "Votre message est trop long pour que je le lise d'un coup. Merci de le raccourcir ou de le diviser.",
        "es": "Su mensaje es demasiado largo para leerlo de una vez. Acórtelo o envíelo en partes, por favor.",
    },
    "model_away": {
        "en": "I can't reach my language model right now, so here is what I found word for word:",
        "de": "Mein Sprachmodell ist gerade nicht erreichbar, deshalb hier wörtlich, was ich gefunden habe:",
        "fr": "Mon modèle de langage n'est pas joignable ; voici mot pour mot ce que j'ai trouvé :",
        "es": "Ahora no puedo acceder a mi modelo de lenguaje; esto es, palabra por palabra, lo que he encontrado:",
    },
    "over_limit": {
        "en": "I can write no more answers of my own for now, so here is what I found word for word:",
        "de": "Eigene Antworten kann ich gerade nicht mehr schreiben, deshalb hier wörtlich, was ich gefunden habe:",
        "fr": "Je ne peux plus rédiger de réponses pour le moment ; voici mot pour mot ce que j'ai trouvé :",
        "es": "Por ahora no puedo redactar más respuestas; esto es, palabra por palabra, lo que he encontrado:",
    },
}


def sign_in(language: str, *, or_verify: bool) -> str:
    """How a visitor's own record would be known, where a code by e-mail can prove who they are and where it cannot."""
    return phrase("sign_in_or_verify" if or_verify else "sign_in", language)


def phrase(name: str, language: str, **values: str) -> str:
    """In this language, or in English where there are no words for it."""
    versions = PHRASES[name]
    return versions.get(language, versions["en"]).format(**values)
