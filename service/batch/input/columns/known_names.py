"""The names by which columns of text, id, author and so on are known, in small letters; of each, the first that a file has is chosen."""

__all__ = [
    "AUTHOR_NAMES",
    "COMMENT_WORDS",
    "ID_NAMES",
    "OTHER_WORDS",
    "PARENT_NAMES",
    "PARENT_TEXT_NAMES",
    "PLACE_NAMES",
    "TEXT_NAMES",
    "TEXT_WORDS",
    "TIME_NAMES",
    "TITLE_NAMES",
    "TOKENS_NAMES",
    "VAGUE_TEXT_NAMES",
]

TEXT_NAMES = (
    *("text", "body", "comment_text", "comment_body", "comment_content", "comment", "content", "message", "tweet", "full_text"),
    *("post_text", "post_body", "post", "review_text", "review_body", "review", "sentence", "raw_text", "body_text", "textoriginal"),
    *(
        "textdisplay",
        "commenttext",
        "commentbody",
        "comments",
        "tweets",
        "tweet_text",
        "message_text",
        "free_text",
        "freetext",
        "selftext",
        "c_text",
    ),
    *("weibo_text", "comment_message", "reply_text", "post_content", "test_case", "doc", "document", "hate_speech"),
)
"""The text of a comment."""

TOKENS_NAMES = ("post_tokens", "text_tokens", "comment_tokens", "tweet_tokens", "tokenized_text", "tokens", "words")
"""The words of a text, where a record holds nothing else of it."""

VAGUE_TEXT_NAMES = frozenset({"post", "content"})
"""Names of text columns that are as often those of what is commented on."""

COMMENT_WORDS = frozenset(
    (
        *("comment", "comments", "kommentar", "kommentare", "kommentarer", "kommentaren", "comentario", "comentarios", "comentário"),
        *("comentários", "comentari", "commentaire", "commentaires", "commento", "commenti", "comentariu", "comentarii", "opmerking"),
        *("reactie", "reacties", "komentarz", "komentarze", "komentář", "komentáře", "komentár", "komentar", "komentari", "kommentti"),
        *("kommentit", "yorum", "yorumlar", "hozzászólás", "комментарий", "комментарии", "коментар", "коментарі", "коментари", "σχόλιο"),
        *("σχόλια", "تعليق", "تعليقات", "نظر", "תגובה", "תגובות", "टिप्पणी", "মন্তব্য", "评论", "評論", "留言", "回复", "回復", "コメント"),
        *("댓글", "ความคิดเห็น", "bình luận", "komentarnya", "ulasan", "maoni", "tweet", "tweets", "tuit", "tuits", "selftext"),
    )
)
"""Words in the names of columns that hold comments, in many languages."""

TEXT_WORDS = frozenset(
    (
        *("text", "texts", "txt", "texto", "textos", "texte", "textes", "testo", "testi", "tekst", "teksten", "teksty", "teks", "teksti"),
        *("metin", "szöveg", "текст", "тексты", "κείμενο", "نص", "متن", "טקסט", "पाठ", "文本", "正文", "内容", "內容", "本文", "文章"),
        *("テキスト", "내용", "본문", "ข้อความ", "nội dung", "body", "content", "contents", "inhalt", "contenu", "contenido", "conteúdo"),
        *("contenuto", "inhoud", "treść", "obsah", "içerik", "isi", "содержание", "message", "messages", "messaggio", "messaggi"),
        *("mensaje", "mensajes", "mensagem", "nachricht", "nachrichten", "bericht", "wiadomość", "zpráva", "mesaj", "сообщение"),
        *("сообщения", "повідомлення", "رسالة", "消息", "讯息", "訊息", "メッセージ", "메시지", "post", "posts", "posting", "beitrag"),
        *("beiträge", "antwort", "antworten", "reply", "response", "responses", "respuesta", "respuestas", "réponse", "réponses"),
        *("risposta", "resposta", "ответ", "answer", "answers", "review", "reviews", "rezension", "bewertungstext", "avis", "reseña"),
        *("recensione", "recensie", "recenzja", "отзыв", "opinion", "opinión", "opinião", "opinione", "opinie", "meinung", "feedback"),
        *("rückmeldung", "anmerkung", "anmerkungen", "bemerkung", "bemerkungen", "freitext", "freetext", "verbatim", "remark", "remarks"),
        *("statement", "sentence", "sentences", "satz", "frase", "phrase", "utterance", "paragraph", "transcript", "caption", "weibo"),
        *("observación", "observaciones", "observations", "remarque", "remarques", "note", "notes", "notiz", "spruch", "komentar_teks"),
    )
)
"""Words in the names of columns that hold texts, in many languages."""

OTHER_WORDS = frozenset(
    (
        *("title", "titel", "titre", "título", "titulo", "titolo", "tytuł", "заголовок", "标题", "標題", "headline", "subject", "betreff"),
        *("sujet", "asunto", "assunto", "oggetto", "thema", "topic", "thread", "article", "artikel", "artículo", "video", "story"),
        *("author", "autor", "auteur", "autore", "автор", "作者", "user", "username", "usuario", "benutzer", "nutzer", "utilisateur"),
        *("用户", "用戶", "name", "nombre", "nom", "nome", "vorname", "nachname", "url", "link", "href", "uri", "mail", "email", "adresse"),
        *("address", "ip", "agent", "useragent", "lang", "language", "sprache", "langue", "idioma", "date", "datum", "fecha", "data"),
        *("zeit", "time", "id", "label", "labels", "category", "kategorie", "catégorie", "categoría", "status", "state", "source"),
        *("quelle", "country", "land", "pays", "país", "city", "stadt", "ville", "ciudad", "location", "ort", "hash", "tag", "tags"),
        *("device", "product", "produkt", "produit", "producto", "brand", "channel", "parent", "quoted", "quote", "original", "target"),
        *("explanation", "rationale", "translation", "summary", "type", "typ", "group", "gruppe", "annotator", "reason", "grund"),
    )
)
"""Words in the names of columns that hold something else than comments, though people may have written it."""

ID_NAMES = (
    *("id", "comment_id", "_id", "cid", "commentid", "tweet_id", "post_id", "message_id", "review_id", "uuid", "guid", "rev_id"),
    *("tweetid", "id_str", "comment_nr", "kommentar_id", "kommentarid", "id_comentario", "id_commentaire", "nr", "nummer", "número"),
    *("numéro", "номер", "编号", "編號", "序号", "番号"),
)
"""The id of a comment."""

AUTHOR_NAMES = (
    *("author_name", "authorname", "author", "username", "user_name", "screen_name", "user", "author_id", "user_id", "userid", "authorid"),
    *("nickname", "commenter", "poster", "posted_by", "created_by", "comment_author", "reviewer", "reviewer_name", "sender", "autor"),
    *("sender_name", "speaker", "owner", "from", "unique_id", "attributedto"),
    *("auteur", "autore", "autorin", "verfasser", "benutzer", "benutzername", "nutzer", "usuario", "utilisateur", "pseudo", "utente"),
    *("nutzername", "kullanıcı", "автор", "пользователь", "作者", "用户", "用户名", "昵称", "ユーザー", "投稿者", "작성자"),
)
"""Who wrote it."""

PARENT_NAMES = (
    *("parent_id", "parent", "parent_comment_id", "parentid", "in_reply_to", "in_reply_to_id", "in_reply_to_status_id"),
    *("inreplyto", "reply_to", "reply_to_id", "replyto", "comment_parent", "reply_to_message_id", "reply_to_msg_id", "parentcommentid"),
    *("parent_comment", "reply_to_comment", "reply_to_comment_id", "reply_to_message", "comment_parent_id", "in_reply_to_comment_id"),
)
"""The id of the comment that it answers."""

TIME_NAMES = (
    *("created_at", "created_utc", "createdat", "created", "timestamp", "published_at", "publishedat", "published"),
    *("created_date", "date_created", "creation_date", "datetime", "date", "time", "posted_at", "comment_date", "created_time"),
    *("date_time", "comment_time", "post_date", "review_date", "posted_on", "submitted_at", "create_time", "ctime"),
    *("datum", "zeitpunkt", "zeitstempel"),
    *("erstellt_am", "fecha", "tarih", "дата", "日期", "时间", "日時", "날짜"),
)
"""When it was written."""

PLACE_NAMES = (
    *("place", "subreddit", "community", "community_name", "channel", "channel_name", "room", "room_name", "site", "site_name"),
    *("group", "group_name", "forum", "forum_name", "board", "board_name", "server", "guild", "chat"),
)
"""Where it was written."""

PARENT_TEXT_NAMES = ("parent_text", "parent_body", "parent_comment_text")
"""The text of the comment that it answers."""

TITLE_NAMES = ("title", "link_title", "thread_title", "topic_title", "article_title", "post_title")
"""The title of what it comments on."""
