//! The dearest files that we know how to make, at the largest size that is looked at: each is answered, in bounded memory.
//! Times are printed, not asserted.

use std::time::Instant;

use extract::{ExtractError, MAX_INPUT, extract};

/// Objects, numbered from 1, and the rest of a PDF around them. `catalog` is object 1.
fn with_table(objects: &[String], filler: &str) -> Vec<u8> {
    let mut text = String::from("%PDF-1.7\n");
    let mut table = String::new();
    for (index, object) in objects.iter().enumerate() {
        table.push_str(&format!("{:010} 00000 n \n", text.len()));
        text.push_str(&format!("{} 0 obj\n{object}\nendobj\n", index + 1));
    }
    let rest = 400 + table.len();
    while text.len() + filler.len() + rest < MAX_INPUT && !filler.is_empty() {
        text.push_str(filler);
    }
    let start = text.len();
    text.push_str(&format!(
        "xref\n1 {}\n{table}trailer\n<< /Size 9 /Root 1 0 R >>\nstartxref\n{start}\n%%EOF",
        objects.len()
    ));
    text.into_bytes()
}

fn answered(name: &str, bytes: &[u8]) -> ExtractError {
    let begin = Instant::now();
    let error = extract(bytes).expect_err(name);
    println!("{name}: {} bytes, {:?}, {error}", bytes.len(), begin.elapsed());
    error
}

#[test]
fn a_table_of_a_million_entries() {
    let entries = (MAX_INPUT - 1000) / 20;
    let table = "0000000009 00000 n \n".repeat(entries);
    let text = format!("%PDF-1.7\nxref\n0 {entries}\n{table}trailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF");
    assert!(matches!(answered("entries", text.as_bytes()), ExtractError::PdfDamaged { .. }));
}

#[test]
fn a_section_that_is_read_again_and_again() {
    // 60 trailers, each the previous of the next, all with the same long table before them.
    let mut text = String::from("%PDF-1.7\n");
    let mut previous = String::new();
    for _ in 0..60 {
        let at = text.len();
        text.push_str(&format!(
            "xref\n0 16000\n{}trailer\n<< /Root 1 0 R {previous} >>\n",
            "0000000009 00000 n \n".repeat(16_000)
        ));
        previous = format!("/Prev {at}");
    }
    let at = text.rfind("xref").unwrap_or(0);
    text.push_str(&format!("startxref\n{at}\n%%EOF"));
    assert!(matches!(answered("sections", text.as_bytes()), ExtractError::PdfDamaged { .. }));
}

#[test]
fn hundreds_of_attachments_whose_end_is_far_away() {
    let names: String = (0..500).map(|n| format!("(a{n}.json) {} 0 R ", n + 3)).collect();
    let mut objects = vec!["<< /Names << /EmbeddedFiles 2 0 R >> >>".to_owned(), format!("<< /Names [{names}] >>")];
    objects.extend((0..500).map(|n| format!("<< /F (a{n}.json) /EF << /F {} 0 R >> >>", n + 503)));
    objects.extend((0..500).map(|_| "<< /Subtype /application#2Fvc >>\nstream\nx".to_owned()));
    let bytes = with_table(&objects, "no end here yet. ");
    answered("searches without an end", &bytes);
    let ends = [&bytes[..bytes.len() - 6], b"\nendstream\n%%EOF"].concat();
    answered("searches with an end far away", &ends);
}

#[test]
fn an_array_of_ten_million_numbers() {
    let objects =
        ["<< /AF 2 0 R /Names << /EmbeddedFiles 2 0 R >> >>".to_owned(), format!("[ {}", "1 ".repeat(9_900_000))];
    assert!(matches!(answered("numbers", &with_table(&objects, "")), ExtractError::PdfDamaged { .. }));
}

#[test]
fn a_name_tree_that_branches_into_itself() {
    let kids = "2 0 R ".repeat(300);
    let objects = [
        "<< /Names << /EmbeddedFiles 2 0 R >> >>".to_owned(),
        format!("<< /Kids [{kids}] /Names [(a) 3 0 R] >>"),
        "<< >>".into(),
    ];
    answered("branches", &with_table(&objects, ""));
}

/// A PDF 1.5 with these objects at offsets, and objects 1000 to 1500 inside the stream that is object `container`.
fn with_object_stream(objects: &[Vec<u8>], container: u32) -> Vec<u8> {
    let mut bytes = b"%PDF-1.7\n".to_vec();
    let mut rows: Vec<(u8, u32)> = Vec::new();
    for object in objects {
        rows.push((1, bytes.len() as u32));
        bytes.extend([format!("{} 0 obj\n", rows.len()).as_bytes(), object, b"\nendobj\n"].concat());
    }
    let start = bytes.len();
    rows.extend([(2, container); 500]);
    let data: Vec<u8> = rows.iter().flat_map(|(kind, value)| [&[*kind][..], &value.to_be_bytes()].concat()).collect();
    let index = format!("[1 {} 1000 500]", objects.len());
    let head = format!(
        "99 0 obj\n<< /Type /XRef /Root 1 0 R /Size 2000 /W [1 4 0] /Index {index} /Length {} >>\nstream\n",
        data.len()
    );
    bytes.extend(
        [head.as_bytes(), &data, format!("\nendstream\nendobj\nstartxref\n{start}\n%%EOF").as_bytes()].concat(),
    );
    bytes
}

fn stream(dictionary: &str, data: &[u8]) -> Vec<u8> {
    [format!("<< {dictionary} /Length {} >>\nstream\n", data.len()).as_bytes(), data, b"\nendstream"].concat()
}

#[test]
fn an_object_stream_with_a_long_head() {
    let head: String = (500..200_000).map(|n| format!("{n} 0 ")).collect();
    let kids: String = (1000..1300).map(|n| format!("{n} 0 R ")).collect();
    let dictionary = format!("/Type /ObjStm /N 199500 /First {}", head.len());
    let bytes = with_object_stream(
        &[
            b"<< /Names << /EmbeddedFiles 2 0 R >> >>".to_vec(),
            format!("<< /Kids [{kids}] >>").into_bytes(),
            stream(&dictionary, format!("{head}[ 1 ]").as_bytes()),
        ],
        3,
    );
    answered("a long head", &bytes);
}

#[test]
fn an_object_stream_that_is_a_bomb() {
    let mut bomb = lopdf::Stream::new(lopdf::Dictionary::new(), vec![b' '; 100_000_000]);
    bomb.compress().unwrap();
    let files: String = (1000..1400).map(|n| format!("<< /F (a.json) /EF << /F {n} 0 R >> >> ")).collect();
    let bytes = with_object_stream(
        &[
            format!("<< /AF [{files}] >>").into_bytes(),
            stream("/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode", &bomb.content),
        ],
        2,
    );
    answered("a bomb", &bytes);
}
