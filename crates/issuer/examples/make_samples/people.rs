//! Fictional civil servants, always the same ones.

/// One row of a cohort.
pub(crate) struct Person {
    pub(crate) prefix: &'static str,
    pub(crate) name: String,
    pub(crate) suffix: &'static str,
    pub(crate) status: &'static str,
    pub(crate) nip: String,
    pub(crate) other_id: String,
    pub(crate) rank: &'static str,
    pub(crate) position: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) agency: &'static str,
    pub(crate) email: String,
    /// In hundredths of a point.
    pub(crate) score: u32,
    pub(crate) passed: bool,
}

impl Person {
    /// The grade that all graded sample programmes give for the score.
    pub(crate) fn grade(&self) -> &'static str {
        match self.score {
            9_001.. => "Sangat Memuaskan",
            8_001..=9_000 => "Memuaskan",
            7_000..=8_000 => "Cukup Memuaskan",
            _ => "",
        }
    }
}

/// `passes` who passed with `fails` who did not scattered among them; another `seed`, other people.
pub(crate) fn cohort(passes: usize, fails: usize, seed: u64) -> Vec<Person> {
    let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let total = passes + fails;
    let every = total / fails.max(1);
    let mut names = Names::default();
    let people = (0..total).map(|n| {
        let failed = n % every == every - 1 && n / every < fails;
        person(n, !failed, &mut dice, &mut names)
    });
    people.collect()
}

fn person(n: usize, passed: bool, dice: &mut Dice, names: &mut Names) -> Person {
    let woman = dice.below(2) == 1;
    let name = names.next(n, woman, dice);
    let kind = dice.below(20);
    let birth = (1968 + dice.below(32), 1 + dice.below(12), 1 + dice.below(28));
    let sex = if woman { 2 } else { 1 };
    let serial = 991 + dice.below(9);
    let born = format!("{:04}{:02}{:02}", birth.0, birth.1, birth.2);
    let (status, nip, other_id) = match kind {
        0..=11 => {
            let month = [1, 3, 4, 12][dice.below(4) as usize];
            let year = (birth.0 + 23 + dice.below(4)).min(2025);
            ("PNS", format!("{born}{year:04}{month:02}{sex}{serial}"), String::new())
        }
        12..=17 => {
            let (year, contract) = (2021 + dice.below(5), 1 + dice.below(2));
            ("PPPK", format!("{born}{year:04}2{contract}{sex}{serial}"), String::new())
        }
        18 => ("TNI", String::new(), format!("NRP-UJI-{:06}", 900_000 + n)),
        _ => ("Tamu", String::new(), String::new()),
    };
    let agency = dice.below(AGENCIES.len() as u64) as usize;
    let mailbox: Vec<String> = name
        .split(' ')
        .map(|word| word.chars().filter(char::is_ascii_alphabetic).collect::<String>().to_lowercase())
        .filter(|word| !word.is_empty())
        .take(2)
        .collect();
    let score = match passed {
        true => 7_000 + dice.below(3_001) as u32,
        false => 4_000 + dice.below(2_900) as u32,
    };
    Person {
        prefix: PREFIXES[dice.below(PREFIXES.len() as u64) as usize],
        name,
        suffix: SUFFIXES[dice.below(SUFFIXES.len() as u64) as usize],
        status,
        nip,
        other_id,
        rank: match status {
            "PNS" => RANKS[dice.below(RANKS.len() as u64) as usize],
            "PPPK" => ["IX", "X", "XI"][dice.below(3) as usize],
            _ => "",
        },
        position: POSITIONS[dice.below(POSITIONS.len() as u64) as usize],
        unit: UNITS[dice.below(UNITS.len() as u64) as usize],
        agency: AGENCIES[agency].0,
        email: format!("{}.{}@{}", mailbox.join("."), n + 1, AGENCIES[agency].1),
        score,
        passed,
    }
}

/// Names that were given already are not given again.
#[derive(Default)]
struct Names(std::collections::HashSet<String>);

impl Names {
    fn next(&mut self, n: usize, woman: bool, dice: &mut Dice) -> String {
        // The unusual shapes come first, and again now and then.
        let shape = if n < 25 { n } else { 25 + dice.below(60) as usize };
        loop {
            let name =
                if n >= 25 && n < 25 + SPECIAL.len() { SPECIAL[n - 25].to_owned() } else { draw(shape, woman, dice) };
            if self.0.insert(name.clone()) {
                return name;
            }
        }
    }
}

fn draw(shape: usize, woman: bool, dice: &mut Dice) -> String {
    let mut pick = |list: &[&'static str]| list[dice.below(list.len() as u64) as usize];
    let given = pick(if woman { WOMEN } else { MEN });
    let family = pick(FAMILIES);
    let marker = pick(&["Contoh", "Contoh", "Uji", "Fiktif", "Misal"]);
    match shape {
        // A single name.
        3 | 14 | 30 => format!("{}{}", pick(&["Contoh", "Fiktif", "Ujian", "Misal"]), pick(ENDINGS)),
        5 | 31 | 32 => match woman {
            true => format!("Ni {} {marker} {family}", pick(&["Made", "Luh", "Ketut", "Nyoman", "Wayan"])),
            false => format!("I {} {marker} {family}", pick(&["Made", "Gede", "Ketut", "Nyoman", "Wayan"])),
        },
        7 | 33 => format!("{} {marker} {family}", pick(&["Ma'ruf", "Nur'aini", "Ra'uf", "Isma'il"])),
        9 => "Raden Roro Siti Nur Khadijah Contoh Kusumaningtyas Wirjodiningrat Suryaatmadja".to_owned(),
        11 | 34 => format!("M. {given} {marker}"),
        16 | 35 => format!("{given} {marker} {} {family}", pick(&["Nur", "Putra", "Tri", "Dwi", "Eka"])),
        20 => "Jo\u{e3}o Fiktif da Costa".to_owned(),
        22 | 36 => format!("{given} {marker}-{family}"),
        _ => format!("{given} {marker} {family}"),
    }
}

/// A generator that gives the same numbers everywhere (xorshift64*).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % bound
    }
}

/// Shapes that break forms: long ones of 70 to 80 characters, accents, very short ones.
const SPECIAL: [&str; 8] = [
    "Tengku Muhammad Contoh Syahrial Fachruddin Nasrullah Hidayatullah Mangkubumi",
    "Anak Agung Istri Agung Sagung Fiktif Ratnaningrum Kusumawardhani Pemecutan Agung",
    "Ren\u{e9}e Uji Siahaan",
    "Uji",
    "Andi Baso Misal Mappanyukki Daeng Pasewang Karaeng Bontolangkasa Tumenanga Lau",
    "Bambang Uji Sastrowardoyo Prawirokusumo Tjokroaminoto Djojohadikusumo Martono",
    "D'Contoh Pattiasina",
    "Sri Fiktif",
];

const MEN: &[&str] = &[
    "Budi", "Agus", "Andi", "Bambang", "Dedi", "Eko", "Fajar", "Gunawan", "Hendra", "Indra", "Joko", "Kurnia",
    "Lukman", "Mulyadi", "Nanang", "Oki", "Putu", "Rahmat", "Slamet", "Taufik", "Umar", "Wahyu", "Yusuf", "Zainal",
    "Yohanes", "Markus", "Daud", "Frans", "Rizky", "Teguh",
];
const WOMEN: &[&str] = &[
    "Siti", "Sri", "Dewi", "Ani", "Ratna", "Rina", "Fitri", "Lestari", "Maya", "Nurul", "Putri", "Wulan", "Yuni",
    "Tri", "Indah", "Kartika", "Maria", "Debora", "Ester", "Yuliana", "Aisyah", "Halimah", "Laras", "Intan", "Mega",
    "Diah", "Endang", "Retno", "Winda", "Citra",
];
const FAMILIES: &[&str] = &[
    "Santoso",
    "Wijaya",
    "Pratama",
    "Saputra",
    "Hidayat",
    "Nugroho",
    "Siregar",
    "Nasution",
    "Simanjuntak",
    "Hutapea",
    "Lubis",
    "Harahap",
    "Rumbiak",
    "Wenda",
    "Pattiwael",
    "Latuconsina",
    "Manurung",
    "Situmorang",
    "Kusuma",
    "Permana",
    "Setiawan",
    "Suryana",
    "Maharani",
    "Anggraini",
    "Utami",
    "Handayani",
    "Sudarma",
    "Astawa",
    "Tanjung",
    "Daulay",
    "Lamatokan",
    "Tupamahu",
    "Rengkung",
    "Mokoginta",
    "Abdullah",
    "Rahman",
    "Firmansyah",
    "Kurniawan",
];
const ENDINGS: &[&str] =
    &["wati", "anto", "ningsih", "wan", "ani", "ito", "ardi", "arti", "andi", "ono", "aji", "asih", "ina", "ana"];
const PREFIXES: &[&str] = &["", "", "", "", "", "", "", "", "Dr.", "Drs.", "Ir.", "Hj.", "Prof. Dr.", "dr."];
const SUFFIXES: &[&str] = &[
    "",
    "",
    "",
    "S.T.",
    "S.Kom., M.T.I.",
    "S.E., M.Ak.",
    "S.H., M.H.",
    "S.IP.",
    "A.Md.",
    "S.Sos., M.A.P.",
    "S.T., M.Si.",
    "S.Si., M.Sc., Ph.D.",
    "M.Pd.",
    "S.STP., M.Si.",
];
const RANKS: &[&str] = &[
    "Pengatur (II/c)",
    "Penata Muda (III/a)",
    "Penata Muda Tingkat I (III/b)",
    "Penata (III/c)",
    "Penata Tingkat I (III/d)",
    "Pembina (IV/a)",
    "Pembina Tingkat I (IV/b)",
];
const POSITIONS: &[&str] = &[
    "Analis Kebijakan Ahli Muda",
    "Pranata Komputer Ahli Pertama",
    "Kepala Subbagian Contoh",
    "Widyaiswara Ahli Madya",
    "Analis Sumber Daya Manusia Aparatur",
    "Perencana Ahli Muda",
    "Auditor Ahli Pertama",
    "Arsiparis Terampil",
    "Guru Ahli Pertama",
    "Kepala Bidang Contoh",
];
const UNITS: &[&str] = &[
    "Biro Perencanaan Contoh",
    "Pusat Data Uji",
    "Bagian Organisasi Fiktif",
    "Dinas Komunikasi Misal",
    "Sekretariat Contoh",
    "Bidang Mutasi Misal",
    "Inspektorat Uji",
];
const AGENCIES: &[(&str, &str)] = &[
    ("Kementerian Contoh Republik Misal", "kementerian-contoh.example"),
    ("Badan Uji Nasional", "badan-uji.example"),
    ("Pemerintah Provinsi Contoh Barat", "contoh-barat.example"),
    ("Pemerintah Provinsi Fiktif Timur", "fiktif-timur.example"),
    ("Pemerintah Kabupaten Misal Jaya", "misal-jaya.example"),
    ("Pemerintah Kota Contoh Raya", "contoh-raya.example"),
    ("Lembaga Fiktif Kemaritiman", "lembaga-fiktif.example"),
];
