"""The texts, the border and the QR code of a certificate by ReportLab and WeasyPrint; `press.rs` runs it.

What is not installed is named and left out: pip install reportlab weasyprint
"""
import io
import pathlib
import sys
import time

URL = sys.argv[1]
FONT = pathlib.Path(__file__).resolve().parents[3] / "templates/certificate/fonts/ebgaramond/EBGaramond12-Regular.ttf"
TEXTS = [
    (186, 14, "LEMBAGA CONTOH ADMINISTRASI NEGARA"),
    (168, 40, "SERTIFIKAT"),
    (155, 11, "Nomor / Number: 00017/AI-CAMPUS/II/VIII/2026"),
    (135, 32, None),
    (115, 19, "Dasar-Dasar Kecerdasan Artifisial bagi ASN"),
    (106, 12, "AI Fundamentals for Public Servants"),
    (95, 12, "pada 3–12 Agustus 2026, selama 20 (dua puluh) jam pelajaran (JP)"),
    (88, 12, "diselenggarakan oleh Pusat Pelatihan Contoh bersama Institut Mitra Contoh dan Akademi Misal"),
    (40, 12, "Kepala Pusat Pelatihan Contoh"),
    (20, 12, "Dr. Misal Fiktif, M.A."),
]


def measure(what, count, make):
    begun = time.perf_counter()
    size = sum(len(make(f"Siti Contoh Rahmawati {i}, S.Sos., M.A.P.")) for i in range(count))
    rate = count / (time.perf_counter() - begun)
    print(f"{what:<28} {rate:>7.0f} a second, {size // count // 1000:>4} kB", flush=True)


def reportlab():
    from reportlab.graphics import renderPDF
    from reportlab.graphics.barcode.qr import QrCodeWidget
    from reportlab.graphics.shapes import Drawing
    from reportlab.lib.units import mm
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen import canvas

    def make(name):
        pdfmetrics.registerFont(TTFont("serif", str(FONT)))
        out = io.BytesIO()
        page = canvas.Canvas(out, pagesize=(297 * mm, 210 * mm))
        page.rect(10 * mm, 10 * mm, 277 * mm, 190 * mm)
        for y, size, text in TEXTS:
            page.setFont("serif", size)
            page.drawCentredString(148.5 * mm, y * mm, text or name)
        code = QrCodeWidget(URL, barLevel="M", barWidth=40 * mm, barHeight=40 * mm)
        drawing = Drawing(40 * mm, 40 * mm)
        drawing.add(code)
        renderPDF.draw(drawing, page, 24 * mm, 30 * mm)
        page.save()
        return out.getvalue()

    measure("ReportLab", 20, make)


def weasyprint():
    from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    fonts = FontConfiguration()
    css = CSS(
        string=f"@font-face {{ font-family: serif1; src: url({FONT.as_uri()}) }}"
        "@page { size: A4 landscape; margin: 10mm; border: 1pt solid }"
        "p { font-family: serif1; position: absolute; width: 277mm; text-align: center; margin: 0 }"
        "svg { position: absolute; left: 14mm; top: 130mm; width: 40mm }",
        font_config=fonts,
    )

    def make(name):
        code = QRCode(None, QRErrorCorrectLevel.M)
        code.addData(URL)
        code.make()
        n = code.getModuleCount()
        dark = "".join(f"M{x} {y}h1v1h-1z" for y in range(n) for x in range(n) if code.isDark(y, x))
        texts = "".join(f'<p style="top:{190 - y}mm;font-size:{s}pt">{t or name}</p>' for y, s, t in TEXTS)
        svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {n} {n}"><path d="{dark}"/></svg>'
        return HTML(string=texts + svg).write_pdf(stylesheets=[css], font_config=fonts)

    measure("WeasyPrint", 10, make)


for library in (reportlab, weasyprint):
    try:
        library()
    except (ImportError, OSError) as missing:
        print(f"{library.__name__}: not run ({missing})", flush=True)
