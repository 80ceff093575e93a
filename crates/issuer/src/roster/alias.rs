//! What columns may be called. To add a spelling, add it here.

use super::column::{Column, Field};
use crate::text::fold;

/// What a header means; a remark in brackets behind it does not count.
pub(super) fn field_of(header: &str) -> Option<Field> {
    let squeezed = |text: &str| fold(text).replace(' ', "");
    let whole = squeezed(header);
    let before_bracket = header.split(['(', '[']).next().map(squeezed);
    for candidate in [Some(whole), before_bracket].into_iter().flatten() {
        let known = ALIASES.iter().find(|(_, names)| names.contains(&candidate.as_str()));
        if let Some((field, _)) = known {
            return Some(*field);
        }
        if WEAK_OUTCOME.contains(&candidate.as_str()) {
            return Some(Field::Outcome);
        }
    }
    None
}

pub(super) fn is_weak_outcome(column: &Column) -> bool {
    let before_bracket = column.header.split(['(', '[']).next().unwrap_or_default();
    let whole = fold(&column.header).replace(' ', "");
    WEAK_OUTCOME.contains(&fold(before_bracket).replace(' ', "").as_str()) && !whole.contains("lulus")
}

/// Headers, folded and without spaces, so that `N I P`, `NIP.` and `nip` are one.
const ALIASES: &[(Field, &[&str])] = &[
    (Field::No, &["no", "nomor", "nourut", "nomorurut", "number"]),
    (Field::Prefix, &["gelardepan", "gelardimuka", "glrdepan", "prefix", "titlebefore"]),
    (
        Field::Name,
        &[
            "nama",
            "namalengkap",
            "namapeserta",
            "namalengkappeserta",
            "namalulusan",
            "namapegawai",
            "namatanpagelar",
            "namalengkaptanpagelar",
            "namadangelar",
            "namalengkapdangelar",
            "namalengkapdengangelar",
            "namabesertagelar",
            "namalengkapbesertagelar",
            "name",
            "fullname",
            "participant",
        ],
    ),
    (Field::Suffix, &["gelarbelakang", "gelar", "glrbelakang", "suffix", "titleafter"]),
    (
        Field::Status,
        &["status", "statuspegawai", "statuskepegawaian", "statusasn", "jenispegawai", "pnspppk", "statuspnspppk"],
    ),
    (
        Field::Nip,
        &[
            "nip",
            "nipnipppk",
            "nipnippppk",
            "nippppk",
            "nipppk",
            "nipnipppknrp",
            "nipataunipppk",
            "nipnrp",
            "nipnipppkp3k",
            "nonip",
            "nomornip",
            "nomorindukpegawai",
            "nipbaru",
            "nippegawai",
        ],
    ),
    (Field::OtherId, &["identitaslain", "identitaslainnya", "nrp", "nrpnik", "nomoridentitaslain", "otherid"]),
    (
        Field::Rank,
        &[
            "pangkat",
            "pangkatgolruang",
            "pangkatgol",
            "pangkatgolongan",
            "pangkatgolonganruang",
            "pangkatdangolongan",
            "pangkatgolonganruangtmt",
            "rank",
        ],
    ),
    (Field::RankClass, &["golongan", "gol", "golruang", "golonganruang"]),
    (Field::Position, &["jabatan", "namajabatan", "jabatanterakhir", "position"]),
    (Field::Unit, &["unitkerja", "unit", "namaunitkerja", "unitorganisasi", "satuankerja", "satker", "opd", "skpd"]),
    (Field::Agency, &["instansi", "namainstansi", "instansiasal", "asalinstansi", "kementerianlembaga", "agency"]),
    (
        Field::Email,
        &["email", "surel", "alamatemail", "alamatsurel", "emailsurel", "surelemail", "emailaktif", "posel"],
    ),
    (Field::Score, &["nilai", "nilaiakhir", "skor", "nilaievaluasi", "nilaievaluasiakhir", "score"]),
    (Field::Grade, &["predikat", "kualifikasi", "grade"]),
    (
        Field::Outcome,
        &[
            "kelulusan",
            "statuskelulusan",
            "hasil",
            "hasilakhir",
            "lulustidaklulus",
            "keteranganlulustidaklulus",
            "keterangankelulusan",
            "outcome",
            "result",
        ],
    ),
    (
        Field::Number,
        &[
            "nomorsertifikat",
            "nosertifikat",
            "nomorsertipikat",
            "nosertipikat",
            "nomorsttp",
            "nosttp",
            "certificatenumber",
        ],
    ),
    (Field::BirthPlace, &["tempatlahir", "birthplace"]),
    (Field::BirthDate, &["tanggallahir", "tgllahir", "birthdate"]),
    (Field::Starts, &["tanggalmulai", "tglmulai", "mulai", "tanggalawal", "starts"]),
    (Field::Ends, &["tanggalselesai", "tglselesai", "selesai", "tanggalakhir", "ends"]),
    (Field::Hours, &["jp", "jampelajaran", "jumlahjp", "jumlahjam", "jumlahjampelajaran", "jampelajaranjp", "hours"]),
    (Field::Nik, &["nik", "noktp", "nomorktp", "nomorindukkependudukan", "nikktp"]),
];

/// A header that means the outcome only if no clearer one is there: it may as well hold remarks.
const WEAK_OUTCOME: &[&str] = &["keterangan", "ket"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_known_in_many_spellings() {
        let cases = [
            ("NIP.", Some(Field::Nip)),
            ("N I P", Some(Field::Nip)),
            ("NIP/NI PPPK", Some(Field::Nip)),
            ("NIP / NI\nPPPK", Some(Field::Nip)),
            ("Pangkat/Gol. Ruang", Some(Field::Rank)),
            ("Gelar Depan*", Some(Field::Prefix)),
            ("NAMA LENGKAP (tanpa gelar)", Some(Field::Name)),
            ("Keterangan (LULUS / TIDAK LULUS)", Some(Field::Outcome)),
            ("Ket.", Some(Field::Outcome)),
            ("E-mail", Some(Field::Email)),
            ("No.", Some(Field::No)),
            ("No. Sertifikat", Some(Field::Number)),
            ("NIK", Some(Field::Nik)),
            ("Nama Kegiatan", None),
            ("", None),
        ];
        for (header, field) in cases {
            assert_eq!(field_of(header), field, "{header}");
        }
    }

    #[test]
    fn every_alias_is_folded_as_headers_are() {
        for (field, names) in ALIASES {
            for name in *names {
                assert_eq!(field_of(name), Some(*field), "{name}");
            }
        }
    }
}
