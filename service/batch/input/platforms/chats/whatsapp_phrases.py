"""What WhatsApp writes in place of words of people, in the languages of the phones that export chats."""

import re

__all__ = [
    "ATTACHED_PHRASE",
    "DELETED_PHRASES",
    "EDITED_PHRASE",
    "MEDIA_PHRASES",
    "OMITTED_PHRASE",
    "REMOVED_PHRASE",
    "SYSTEM_PHRASES",
]


def _phrases(text: str) -> frozenset[str]:
    """Return the phrases between the bars of a text."""
    return frozenset(phrase.strip() for phrase in text.split("|"))


DELETED_PHRASES = _phrases(
    """
    this message was deleted | you deleted this message | diese nachricht wurde gelöscht | du hast diese nachricht gelöscht |
    se eliminó este mensaje | eliminaste este mensaje | este mensaje fue eliminado | mensagem apagada | você apagou esta mensagem |
    esta mensagem foi apagada | você apagou essa mensagem | ce message a été supprimé | vous avez supprimé ce message |
    questo messaggio è stato eliminato | hai eliminato questo messaggio | dit bericht is verwijderd |
    je hebt dit bericht verwijderd | u hebt dit bericht verwijderd | данное сообщение удалено | вы удалили данное сообщение |
    это сообщение удалено | сообщение удалено | вы удалили это сообщение | bu mesaj silindi | bu mesajı sildiniz |
    ta wiadomość została usunięta | usunięto tę wiadomość | wiadomość została usunięta | pesan ini telah dihapus |
    anda menghapus pesan ini | pesan ini dihapus | تم حذف هذه الرسالة | حذفت هذه الرسالة | لقد حذفت هذه الرسالة | הודעה זו נמחקה |
    מחקת הודעה זו | यह संदेश हटाया गया | यह मैसेज मिटाया गया | 此訊息已刪除 | 您已刪除此訊息 | 你已刪除此訊息 | 此消息已删除 |
    您删除了这条消息 | 你删除了这条消息 | 此消息已被删除 | このメッセージは削除されました | このメッセージを削除しました |
    メッセージを削除しました | 삭제된 메시지입니다 | 이 메시지를 삭제했습니다 | denne besked blev slettet |
    det här meddelandet togs bort | du tog bort det här meddelandet | denne meldingen ble slettet | tämä viesti poistettiin |
    poistit tämän viestin | tato zpráva byla smazána | ezt az üzenetet törölték | acest mesaj a fost șters |
    αυτό το μήνυμα διαγράφηκε | це повідомлення видалено | tin nhắn này đã bị xóa | ข้อความนี้ถูกลบแล้ว
    """
)
"""What stands in place of a message that its writer took away, in small letters and without a full stop."""
REMOVED_PHRASE = re.compile(
    r"(this message was deleted by admin |admin .{1,100} deleted this message|diese nachricht wurde (von admin|vom admin) |"
    r"este mensaje fue eliminado por (el|la) admin|esta mensagem foi apagada pel[oa] admin|ce message a été supprimé par l.admin|"
    r"questo messaggio è stato eliminato dall.amministrator).{0,100}"
)
"""What stands in place of a message that an administrator of the group took away."""
MEDIA_PHRASES = _phrases(
    """
    media omitted | medien ausgeschlossen | medien weggelassen | multimedia omitido | archivo omitido | se omitió multimedia |
    mídia oculta | arquivo de mídia oculto | mídia omitida | ficheiro não revelado | multimédia omitida | médias omis |
    fichier omis | média omis | média omise | media omessi | media omesso | media weggelaten | без медиафайлов | файл пропущен |
    медиафайл пропущен | medya dahil edilmedi | medya atlanmış | pominięto multimedia | media tidak disertakan |
    media tidak dimasukkan | media dihilangkan | تم استبعاد الوسائط | הושמטה מדיה | המדיה לא נכללה | मीडिया छोड़ा गया |
    मीडिया के बिना | 省略多媒體檔案 | 多媒體檔案已略去 | 忽略多媒体文件 | 省略媒体文件 | メディアなし |
    メディアは含まれていません | 미디어 파일을 제외한 텍스트만 | 미디어 파일 생략 | 미디어 생략 | media har utelämnats |
    mediefil utelämnad | medier udeladt | medier utelatt | media jätetty pois | média byla vynechána | média kihagyva |
    media uitgesloten | omitted media | médias non inclus | fichier exclu | media exclusi | fișier media omis | media utelämnat |
    media jätettiin pois | média vynechána | hiányzó médiafájl | εξαιρέθηκαν πολυμέσα | медіа пропущено | đã bỏ qua phương tiện |
    省略多媒体文件 | 媒體已略去 | 已略去多媒體檔案 | メディア非表示 | 미디어 파일을 제외함 | मीडिया छोड़ दिया गया | ficheiro omitido |
    multimedia omisso | arquivo omitido | media omise | εξαίρεση πολυμέσων | без медіафайлів | không bao gồm phương tiện |
    ไม่มีสื่อ | view once voice message omitted
    """
)
"""What stands between ``<`` and ``>`` in place of photos and the like that were not exported, in small letters."""
OMITTED_PHRASE = re.compile(
    r"\b(omitted|weggelassen|ausgeschlossen|omitid[oa]s?|omiti[oó]|omitte[sn]?|omiss?e?|omesso|omess[aoi]|weggelaten|ocultad[oa]|ocult[oa]|"
    r"не\s?включен[оаы]?|пропущен[оаы]?|опущен[оаы]?|dahil edilmedi|atland[ıi]|pominięt[oaey]|tidak disertakan|utelämnad|"
    r"absente?|manquante?|retirée?|отсутствует|udeladt|utelatt)\.?$|"
    r"(略去|省略|忽略|생략|생략됨|غير مدرج[ةه]?|הושמט[הו]?|छोड़[ाी] गय[ाी])\.?$"
)
"""The end of ``image omitted`` and the like on iPhones."""
ATTACHED_PHRASE = re.compile(
    r"[^\n]{1,200}\.\w{2,5} \((file attached|datei angehängt|archivo adjunto|arquivo anexado|ficheiro anexado|fichier joint|file allegato|"
    r"bestand bijgevoegd|файл добавлен|файл прикреплен|dosya ekli|plik w załączniku|załączono plik|file terlampir|הקובץ צורף|الملف مرفق|"
    r"附件檔案|檔案已附加|文件附件|添付ファイル|첨부된 파일|첨부 파일)\)"
)
EDITED_PHRASE = re.compile(
    r"\s?<(this message was edited|diese nachricht wurde bearbeitet\.?|se editó este mensaje\.?|mensagem editada|esta mensagem foi editada|"
    r"ce message a été modifié|questo messaggio è stato modificato|dit bericht is bewerkt|сообщение изменено|данное сообщение изменено|"
    r"bu mesaj düzenlendi|ta wiadomość została edytowana|pesan ini diedit|"
    r"此訊息已編輯|此消息已编辑|このメッセージは編集されました|편집된 메시지입니다)>$",
    re.IGNORECASE,
)
SYSTEM_PHRASES = _phrases(
    """
    missed voice call | missed video call | missed group voice call | missed group video call | verpasster sprachanruf |
    verpasster videoanruf | waiting for this message. this may take a while | warte auf diese nachricht. dies kann eine weile dauern
    """
)
"""What WhatsApp itself says in the name of a person on Android, in small letters and without a full stop."""
