//! From arguments to items: what folders and archives hold, one after the other, each read when it is its turn.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use zip::ZipArchive;

/// Files of all folders together.
const MAX_FILES: usize = 200_000;
/// Folders within folders.
const MAX_DEPTH: usize = 16;
/// The largest archive, in bytes: ten thousand certificates with their pictures.
const MAX_ARCHIVE: u64 = 2_000_000_000;
/// Entries of an archive: all that one can have without the extension for more.
const MAX_ENTRIES: usize = 65_534;
/// What the entries of an archive unpack to, all together, in bytes.
const MAX_UNPACKED: u64 = 8_000_000_000;
/// Where the end of a ZIP's directory stands: its own size and the longest comment (APPNOTE 4.3.16).
const END_WITHIN: u64 = 22 + 65_535;

/// One thing to judge.
pub(super) struct Item {
    /// What it is called: the argument, or the path of a file.
    pub(super) name: String,
    pub(super) content: Content,
    /// Whether it was named by the person, and not only found in a folder or archive.
    pub(super) named: bool,
}

/// What there is of it.
pub(super) enum Content {
    Bytes(Vec<u8>),
    /// An address that was typed.
    Address(String),
    /// The text of a code that was typed.
    Text(String),
    /// It could not be read.
    Unreadable(String),
    /// More than is looked at.
    TooMuch(&'static str),
}

/// Everything to judge, in order; files are listed, not read.
pub(super) struct Plan {
    sources: Vec<Source>,
    /// Whether there may be more than one answer by the way it was asked.
    pub(super) several: bool,
    /// How many items there are, as far as that is known.
    pub(super) items: usize,
}

enum Source {
    Ready(Item),
    File {
        path: PathBuf,
        named: bool,
    },
    Archive {
        path: PathBuf,
    },
    /// An archive from standard input.
    Piped(Vec<u8>),
}

impl Plan {
    /// Looks what the arguments are.
    pub(super) fn new(inputs: &[String]) -> Self {
        let mut plan = Self { sources: Vec::new(), several: inputs.len() > 1, items: 0 };
        for input in inputs {
            plan.add(input);
        }
        plan
    }

    fn add(&mut self, input: &str) {
        let path = Path::new(input);
        let is_code = !path.exists() && matches!(extract::Code::parse(input), Some(extract::Code::Whole(_)));
        if input == "-" {
            self.add_standard_input();
        } else if is_code {
            self.ready(input.to_owned(), Content::Text(input.to_owned()), true);
        } else if input.starts_with("https://") || input.starts_with("http://") {
            self.ready(input.to_owned(), Content::Address(input.to_owned()), true);
        } else if path.is_dir() {
            self.several = true;
            self.add_folder(path);
        } else {
            self.add_file(path.to_owned(), true);
        }
    }

    fn ready(&mut self, name: String, content: Content, named: bool) {
        self.items += 1;
        self.sources.push(Source::Ready(Item { name, content, named }));
    }

    fn add_standard_input(&mut self) {
        match extract::read_bounded(io::stdin().lock()) {
            Ok(bytes) if extract::is_archive(&bytes) => {
                self.several = true;
                self.items += 1;
                self.sources.push(Source::Piped(bytes));
            }
            Ok(bytes) => self.ready("-".to_owned(), Content::Bytes(bytes), true),
            Err(error) => self.ready("-".to_owned(), Content::Unreadable(error.to_string()), true),
        }
    }

    /// All files below, by name. Links are not followed, names that begin with a dot are passed over.
    fn add_folder(&mut self, folder: &Path) {
        let mut folders = vec![(folder.to_owned(), 0)];
        while let Some((folder, depth)) = folders.pop() {
            let listed = std::fs::read_dir(&folder).and_then(|entries| entries.collect::<io::Result<Vec<_>>>());
            let mut entries = match listed {
                Ok(entries) => entries,
                Err(error) => {
                    self.ready(folder.display().to_string(), Content::Unreadable(error.to_string()), true);
                    continue;
                }
            };
            entries.sort_by_key(std::fs::DirEntry::file_name);
            let mut below = Vec::new();
            for entry in entries.iter().filter(|entry| !entry.file_name().to_string_lossy().starts_with('.')) {
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() && depth < MAX_DEPTH => below.push((entry.path(), depth + 1)),
                    Ok(kind) if kind.is_dir() => self.too_much(&entry.path(), "folders"),
                    Ok(kind) if kind.is_file() && self.sources.len() >= MAX_FILES => {
                        return self.too_much(&entry.path(), "files");
                    }
                    Ok(kind) if kind.is_file() => self.add_file(entry.path(), false),
                    _ => {}
                }
            }
            folders.extend(below.into_iter().rev());
        }
    }

    fn too_much(&mut self, path: &Path, what: &'static str) {
        self.ready(path.display().to_string(), Content::TooMuch(what), true);
    }

    fn add_file(&mut self, path: PathBuf, named: bool) {
        let mut start = [0; 4];
        let is_archive = File::open(&path).and_then(|mut file| file.read_exact(&mut start)).is_ok();
        if is_archive && extract::is_archive(&start) {
            self.several = true;
            self.items += 1;
            return self.sources.push(Source::Archive { path });
        }
        self.items += 1;
        self.sources.push(Source::File { path, named });
    }

    /// Gives one item after the other, until `give` wants no more.
    pub(super) fn read(self, mut give: impl FnMut(Item) -> bool) {
        for source in self.sources {
            let goes_on = match source {
                Source::Ready(item) => give(item),
                Source::File { path, named } => give(read_file(&path, named)),
                Source::Archive { path } => read_archive(&path, &mut give),
                Source::Piped(bytes) => unpack("-", Cursor::new(bytes), &mut give),
            };
            if !goes_on {
                return;
            }
        }
    }
}

fn read_file(path: &Path, named: bool) -> Item {
    let name = path.display().to_string();
    match File::open(path).and_then(extract::read_bounded) {
        Ok(bytes) => Item { name, content: Content::Bytes(bytes), named },
        Err(error) => Item { name, content: Content::Unreadable(error.to_string()), named: true },
    }
}

fn read_archive(path: &Path, give: &mut impl FnMut(Item) -> bool) -> bool {
    let name = path.display().to_string();
    let size = path.metadata().map_or(0, |metadata| metadata.len());
    match File::open(path) {
        Ok(_) if size > MAX_ARCHIVE => give(Item { name, content: Content::TooMuch("archive"), named: true }),
        Ok(file) => unpack(&name, file, give),
        Err(error) => give(Item { name, content: Content::Unreadable(error.to_string()), named: true }),
    }
}

/// The files of an archive. One inside another is given as it is, and refused where it is looked at.
fn unpack(name: &str, mut file: impl Read + Seek, give: &mut impl FnMut(Item) -> bool) -> bool {
    let item = |name: String, content: Content, named: bool| Item { name, content, named };
    match entries(&mut file) {
        Ok(count) if count > MAX_ENTRIES => return give(item(name.to_owned(), Content::TooMuch("entries"), true)),
        Ok(_) => {}
        Err(error) => return give(item(name.to_owned(), Content::Unreadable(error.to_string()), true)),
    }
    let mut archive = match ZipArchive::new(file) {
        Ok(archive) => archive,
        Err(error) => return give(item(name.to_owned(), Content::Unreadable(error.to_string()), true)),
    };
    let mut left = MAX_UNPACKED;
    for index in 0..archive.len().min(MAX_ENTRIES) {
        let entry = match archive.by_index(index) {
            Ok(entry) => entry,
            Err(error) => {
                let named = format!("{name} [{}]", index + 1);
                if !give(item(named, Content::Unreadable(error.to_string()), true)) {
                    return false;
                }
                continue;
            }
        };
        let path = entry.name().map_or_else(|_| format!("[{}]", index + 1), |name| name.into_owned());
        let last = path.rsplit(['/', '\\']).next().unwrap_or_default();
        if entry.is_dir() || last.starts_with('.') || path.starts_with("__MACOSX/") {
            continue;
        }
        let named = format!("{name}/{path}");
        let content = match extract::read_bounded(entry) {
            Ok(bytes) if bytes.len() as u64 > left => return give(item(named, Content::TooMuch("unpacked"), true)),
            Ok(bytes) => {
                left -= bytes.len() as u64;
                Content::Bytes(bytes)
            }
            Err(error) => Content::Unreadable(error.to_string()),
        };
        let must_be_told = matches!(content, Content::Unreadable(_));
        if !give(item(named, content, must_be_told)) {
            return false;
        }
    }
    true
}

/// How many entries the archive says it has, read before any of them takes memory.
fn entries(file: &mut (impl Read + Seek)) -> io::Result<usize> {
    let size = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(size.saturating_sub(END_WITHIN)))?;
    let mut end = Vec::new();
    file.take(END_WITHIN).read_to_end(&mut end)?;
    let mut most = 0;
    for at in end.windows(4).enumerate().filter(|(_, four)| *four == b"PK\x05\x06").map(|(at, _)| at) {
        if let Some(&[low, high]) = end.get(at + 10..at + 12) {
            most = most.max(usize::from(u16::from_le_bytes([low, high])));
        }
    }
    file.rewind()?;
    Ok(most)
}
