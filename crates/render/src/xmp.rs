//! The XMP packet: what archives read.

use crate::print::{About, PRODUCER};

/// PDF/A asks for the description of a schema that it does not define itself, and PDF/UA's identifier is one (ISO 19005-3,
/// 6.6.2.3.3).
const UA_SCHEMA: &str = concat!(
    r#"<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" "#,
    r#"xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">"#,
    r#"<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">"#,
    r#"<pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>"#,
    r#"<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>"#,
    r#"<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>"#,
    r#"<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource"><pdfaProperty:name>part</pdfaProperty:name>"#,
    r#"<pdfaProperty:valueType>Integer</pdfaProperty:valueType><pdfaProperty:category>internal</pdfaProperty:category>"#,
    r#"<pdfaProperty:description>Indicates, which part of ISO 14289 standard is followed</pdfaProperty:description>"#,
    "</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>\n",
);

/// Title, author, date and identity as XMP (ISO 16684-1).
pub(crate) fn packet(about: &About<'_>, id: &[u8; 16]) -> String {
    let title = escaped(&about.title);
    let author = escaped(about.author);
    let issued = about.particulars.issued;
    let uuid = uuid(id);
    format!(
        "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n\
         <x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n\
         <rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" \
         xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\" xmlns:xmpMM=\"http://ns.adobe.com/xap/1.0/mm/\" \
         xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\" xmlns:pdfuaid=\"http://www.aiim.org/pdfua/ns/id/\">\n\
         <pdfaid:part>3</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance><pdfuaid:part>1</pdfuaid:part>\n\
         <dc:format>application/pdf</dc:format>\n\
         <dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">{title}</rdf:li></rdf:Alt></dc:title>\n\
         <dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>\n\
         <dc:language><rdf:Bag><rdf:li>id</rdf:li></rdf:Bag></dc:language>\n\
         <xmp:CreateDate>{issued}</xmp:CreateDate><xmp:ModifyDate>{issued}</xmp:ModifyDate><xmp:CreatorTool>{PRODUCER}</xmp:CreatorTool>\n\
         <pdf:Producer>{PRODUCER}</pdf:Producer>\n\
         <xmpMM:DocumentID>{uuid}</xmpMM:DocumentID><xmpMM:InstanceID>{uuid}</xmpMM:InstanceID>\n\
         </rdf:Description>\n{UA_SCHEMA}</rdf:RDF></x:xmpmeta>\n\
         <?xpacket end=\"r\"?>"
    )
}

/// The file id as a name-less UUID (RFC 9562, version 8).
fn uuid(id: &[u8; 16]) -> String {
    let mut id = *id;
    id[6] = id[6] & 0x0f | 0x80;
    id[8] = id[8] & 0x3f | 0x80;
    let digits: String = id.iter().map(|b| format!("{b:02x}")).collect();
    format!("uuid:{}-{}-{}-{}-{}", &digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..])
}

/// Text for XML; characters that XML does not know vanish.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\t' | '\n' | '\r' => out.push(' '),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped() {
        assert_eq!(escaped("A & B <c>\u{1}\n"), "A &amp; B &lt;c&gt; ");
    }

    #[test]
    fn ids_are_uuids() {
        assert_eq!(uuid(&[0xff; 16]), "uuid:ffffffff-ffff-8fff-bfff-ffffffffffff");
    }
}
