"""Files as visitors bring them: prose in the scripts of the world, good documents and bad ones."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence

import docx
import fpdf

GERMAN = (
    "In einem kleinen Dorf über dem Fluss lebte ein Müller, der größer war als alle anderen. Er hörte nachts die Räder "
    "und träumte von schönen, fernen Städten. Übermorgen, sagte er, fahre ich. Aber am Morgen saß er wieder vor der "
    "Tür, aß sein Brot und zählte die Säcke. Die Kinder lachten über ihn, und er lachte mit. "
)
FRENCH = (
    "L'été dernier, nous avons passé deux semaines à la campagne, où ma grand-mère élevait des chèvres. Le soir, après "
    "le dîner, elle nous racontait des histoires très drôles, et nous riions jusqu'à minuit. "
)
SPANISH = (
    "La niña soñaba con el mar desde que su abuelo le contó aquella historia. ¿Cuándo iremos?, preguntaba cada mañana. "
    "Algún día, respondía él, y señalaba el camino que bajaba entre los árboles. "
)
QUOTED = (
    "„Wohin gehst du?“, fragte der Wolf – „doch nicht in den Wald?“ „Zur Großmutter …“, sagte das Mädchen. Für fünf € "
    "hätte sie auch fahren können. “It’s the wind’s fault,” said the café owner. "
)
RUSSIAN = (
    "«Куда ты идёшь?» — спросил волк. «К бабушке, — ответила девочка, — несу ей пирожки». В лесу было тихо и темно. "
    "Только старая сова смотрела с ветки и думала о чём-то своём, а за рекой медленно поднималось солнце. "
)
PLAIN_RUSSIAN = RUSSIAN[RUSSIAN.index("В лесу") :]  # without the marks that KOI8-R has not
CHINESE = (
    "春天来了，河边的柳树发芽了。孩子们放学以后跑到田野里放风筝，老人坐在门前晒太阳。妈妈在厨房里做饭，我在窗前写作业。"
    "忽然下起了小雨，大家都笑着往家里跑，只有小狗还在雨里转圈。"
)
JAPANESE = (
    "むかしむかし、あるところにおじいさんとおばあさんが住んでいました。おじいさんは山へしば刈りに、"
    "おばあさんは川へ洗濯に行きました。川の上から大きな桃がどんぶらこと流れてきて、おばあさんはとても驚きました。"
)
THAI = "ในหมู่บ้านเล็กๆ ริมแม่น้ำมีเด็กผู้หญิงคนหนึ่งชอบอ่านหนังสือทุกวัน เธอฝันว่าจะได้เดินทางไปทั่วโลก"

# Prose by the encodings that it may come in, apart from those that every text may come in.
PROSE = {
    "German": (GERMAN, ("latin-1", "cp1252")),
    "French": (FRENCH, ("latin-1", "cp1252")),
    "Spanish": (SPANISH, ("latin-1", "cp1252")),
    "with typographic quotes": (QUOTED, ("cp1252",)),
    "Russian": (RUSSIAN, ("cp1251",)),
    "Chinese": (CHINESE, ("gbk", "gb18030")),
    "Japanese": (JAPANESE, ("shift_jis", "cp932")),
    "Thai": (THAI, ()),
}
ANY_TEXT = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be")
CASES = [(script, encoding) for script, (_, own) in PROSE.items() for encoding in (*own, *ANY_TEXT)]

NAMED = {"latin-1": "Latin-1", "cp1251": "Windows-1251", "gbk": "GBK", "gb18030": "GBK", "shift_jis": "Shift-JIS",
         "cp932": "Shift-JIS", "utf-8": "UTF-8", "utf-8-sig": "UTF-8", "utf-16": "UTF-16", "utf-16-le": "UTF-16LE",
         "utf-16-be": "UTF-16BE"}  # fmt: skip
BOMB_BYTES = 300 * 2**20  # unpacked


def make_pdf(pages: Sequence[str], password: str | None = None) -> bytes:
    """Make a PDF with a page for each text (Latin letters alone); an empty one holds a drawn box, as a scan would."""
    document = fpdf.FPDF()
    if password is not None:
        document.set_encryption(owner_password="owner", user_password=password)
    document.set_font("Helvetica", size=12)
    for text in pages:
        document.add_page()
        if text:
            document.multi_cell(0, 8, text)
        else:
            document.rect(20, 20, 100, 100)
    return bytes(document.output())


def make_docx(*blocks: str | Sequence[Sequence[str]]) -> bytes:
    """Make a Word file: a string is a paragraph, rows of strings a table."""
    document = docx.Document()
    for block in blocks:
        if isinstance(block, str):
            document.add_paragraph(block)
            continue
        table = document.add_table(len(block), len(block[0]))
        for row, texts in zip(table.rows, block, strict=True):
            for cell, text in zip(row.cells, texts, strict=True):
                cell.text = text
    return save(document)


def save(document: "docx.document.Document") -> bytes:
    """Return the bytes of a Word document."""
    saved = io.BytesIO()
    document.save(saved)
    return saved.getvalue()


def make_docx_bomb() -> bytes:
    """Make a Word file of some hundred kilobytes that unpacks to BOMB_BYTES."""
    bomb = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(make_docx("a text"))) as good,
        zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed,
    ):
        for part in good.infolist():
            is_main = part.filename == "word/document.xml"
            packed.writestr(part.filename, bytes(BOMB_BYTES) if is_main else good.read(part))
    return bomb.getvalue()


def make_lying_docx_bomb() -> bytes:
    """The same bomb, which declares its largest part to be small."""
    return make_docx_bomb().replace(struct.pack("<I", BOMB_BYTES), struct.pack("<I", 1_000))


def make_pdf_of_stream(content: bytes) -> bytes:
    """Make a PDF of one page by hand: `content` is what its packed stream unpacks to."""
    packed = zlib.compress(content)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(packed), packed),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    made, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % len(made)
    return made + b"xref\n0 6\n0000000000 65535 f \n" + table + end


# What cannot be read: name of the file, what is in it, and words that its refusal has.
BAD_FILES: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "empty": ("empty.txt", lambda: b"", "no text in it"),
    "blank": ("blank.txt", lambda: b" \n\t\r\n", "no text in it"),
    "no letters": ("figures.txt", lambda: b"1234 - 5678\n" * 20, "not a single letter"),
    "a picture": ("picture.txt", lambda: b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" * 9, "a picture"),
    "binary": ("binary.txt", lambda: bytes(range(256)) * 20, "bytes that no text has"),
    "too large": ("large.txt", lambda: b"a word " * 1_500_000, "At most 10 MB"),
    "another zip": ("archive.docx", lambda: b"PK\x03\x04 packed", "packed file"),
    "an old Word file": ("old.docx", lambda: b"\xd0\xcf\x11\xe0" + bytes(600), "older Word file"),
    "rich text": ("rich.txt", lambda: b"{\\rtf1 a text}", "Rich Text"),
    "no PDF at all": ("page.pdf", lambda: b"<html>a page</html>", "no such document"),
    "a damaged PDF": ("damaged.pdf", lambda: make_pdf(["a text"])[:500], "damaged"),
    "a locked PDF": ("locked.pdf", lambda: make_pdf(["a text"], password="secret"), "password"),
    "a PDF of pictures": ("scan.pdf", lambda: make_pdf(["", ""]), "pictures"),
    "a PDF bomb": ("bomb.pdf", lambda: make_pdf_of_stream(bytes(BOMB_BYTES)), "far more than a text needs"),
    "a damaged Word file": ("damaged.docx", lambda: make_docx("a text")[:-200], "damaged"),
    "a Word bomb": ("bomb.docx", make_docx_bomb, "far more than a text needs"),
    "a lying Word bomb": ("liar.docx", make_lying_docx_bomb, "damaged"),
}
