//! A press bound to a batch: programme, design and issuer's names as they were when it was reserved.

use std::sync::Arc;

use render::{Bilingual, Design, Particulars, Press, Private, Shared, Title};
use store::{ArtifactHash, BatchId, Certificate, Details, Rendering, RenderingKind};
use vc::Signed;

use super::Carrier;
use super::pictures::Pictures;
use crate::batch::Template;
use crate::fault::IssueError;
use crate::office::Office;
use crate::programme::{DocumentTitle, Programme, Words};

/// The frozen copies of a batch.
pub(super) struct Copies {
    office: Office,
    programme: Programme,
    carrier: Arc<Carrier>,
    design: String,
    design_hash: ArtifactHash,
}

/// A press, and what it needs to know of the programme.
pub(super) struct BoundPress {
    press: Press,
    carrier: Arc<Carrier>,
    pictures: Pictures,
    design: ArtifactHash,
    office: Office,
    print_birth: bool,
}

/// What is printed of one certificate.
pub(super) struct Sheet {
    pub(super) certificate: Certificate,
    pub(super) text: String,
    /// The same with the `eddsa-jcs-2022` proof, which the QR code carries.
    pub(super) jcs: Option<String>,
    pub(super) details: Details,
}

impl Sheet {
    pub(super) fn signed(&self) -> Result<Signed, IssueError> {
        let id = self.certificate.id;
        Signed::reopen(self.text.clone()).map_err(|problem| IssueError::Credential { id, problems: vec![problem] })
    }
}

impl Copies {
    pub(super) async fn load(office: &Office, batch: BatchId) -> Result<Self, IssueError> {
        let frozen = |what, detail: String| IssueError::Frozen { what, batch, detail };
        let row = office.store.batch(batch).await?.ok_or(store::StoreError::UnknownBatch { id: batch })?;
        let absent = "it is not stored";
        let programme = office.store.artifact(&row.new.programme_hash).await?;
        let programme = programme.ok_or_else(|| frozen("programme", absent.to_owned()))?;
        let design = office.store.artifact(&row.new.design_hash).await?;
        let design = design.ok_or_else(|| frozen("design", absent.to_owned()))?;
        let text = |what, bytes: Vec<u8>| String::from_utf8(bytes).map_err(|e| frozen(what, e.to_string()));
        let programme = text("programme", programme.bytes)?;
        let programme = Programme::parse(&programme).map_err(|problems| {
            frozen("programme", format!("{} problems under the rules of this version", problems.len()))
        })?;
        Ok(Self {
            office: office.issued_under(row.new.issuer).await?,
            programme,
            carrier: Arc::new(Carrier::load(office, batch).await?),
            design_hash: design.hash,
            design: text("design", design.bytes)?,
        })
    }

    /// Prepares what all certificates of the batch share. Takes a while: not on a thread that answers requests.
    pub(super) fn bind(&self) -> Result<BoundPress, IssueError> {
        let design = Design::from_toml(&self.programme.design, &self.design)?;
        let shared = shared(&self.office, &self.programme, self.carrier.template());
        Ok(BoundPress {
            press: Press::new(&design, shared.clone())?,
            carrier: Arc::clone(&self.carrier),
            pictures: Pictures::new(design, shared),
            design: self.design_hash.clone(),
            office: self.office.clone(),
            print_birth: self.programme.print_birth,
        })
    }
}

/// The press of a programme and a design.
pub(super) fn bind(
    office: &Office,
    programme: &Programme,
    template: &Template,
    design_name: &str,
    design: &str,
) -> Result<Press, IssueError> {
    let design = Design::from_toml(design_name, design)?;
    Ok(Press::new(&design, shared(office, programme, template))?)
}

impl BoundPress {
    /// What its QR codes are made with.
    pub(super) fn carrier(&self) -> &Arc<Carrier> {
        &self.carrier
    }

    /// The PDF of one certificate.
    pub(super) fn print(&self, sheet: &Sheet, full: bool) -> Result<Vec<u8>, IssueError> {
        let signed = sheet.signed()?;
        let qr = self.carrier.text(&sheet.certificate, sheet.jcs.as_deref()).text;
        let particulars = particulars(&self.office, self.print_birth, sheet, qr, full);
        Ok(self.press.print(&signed, &particulars)?)
    }

    /// What is remembered of a PDF that is handed out.
    pub(super) fn rendering(&self, sheet: &Sheet, full: bool, pdf: &[u8]) -> Rendering {
        Rendering {
            hash: ArtifactHash::of(pdf),
            certificate: sheet.certificate.id,
            kind: if full { RenderingKind::Full } else { RenderingKind::Short },
            design: self.design.clone(),
        }
    }

    /// The badge of one certificate as PNG.
    pub(super) fn badge_png(&self, sheet: &Sheet) -> Result<Vec<u8>, IssueError> {
        Ok(self.pictures.badge()?.png(&sheet.signed()?))
    }

    /// The badge of one certificate as SVG.
    pub(super) fn badge_svg(&self, sheet: &Sheet) -> Result<String, IssueError> {
        Ok(self.pictures.badge()?.svg(&sheet.signed()?)?)
    }

    /// The picture beside a link to any certificate of the batch.
    pub(super) fn preview(&self) -> Result<Arc<[u8]>, IssueError> {
        Ok(self.pictures.preview()?)
    }
}

/// What of one certificate is printed beside its credential.
pub(super) fn particulars(office: &Office, print_birth: bool, sheet: &Sheet, qr: String, full: bool) -> Particulars {
    Particulars {
        code: sheet.certificate.code.clone(),
        url: office.page_url(&sheet.certificate),
        qr,
        issued: office.local(sheet.certificate.valid_from).date(),
        instansi: sheet.details.public["agency"].as_str().map(str::to_owned),
        grade: sheet.certificate.grade.clone(),
        private: full.then(|| private(&sheet.details, print_birth)),
    }
}

fn private(details: &Details, print_birth: bool) -> Private {
    let field = |name: &str| details.private[name].as_str().map(str::to_owned);
    Private {
        nip: field("nip").or_else(|| field("other_id")),
        status: field("status"),
        pangkat_golongan: field("rank"),
        jabatan: field("position"),
        unit_kerja: field("unit"),
        birth: print_birth.then(|| birth(field("birth_place"), field("birth_date"))).flatten(),
    }
}

/// `Kota Contoh, 14 Juli 1986`
fn birth(place: Option<String>, date: Option<String>) -> Option<String> {
    let date = date.and_then(|date| date.parse().ok()).map(render::words::date_id);
    match (place, date) {
        (Some(place), Some(date)) => Some(format!("{place}, {date}")),
        (place, date) => place.or(date),
    }
}

/// What all certificates of a cohort share.
pub(super) fn shared(office: &Office, programme: &Programme, template: &Template) -> Shared {
    let both = |words: &Words| Bilingual::new(words.id.clone(), words.en.clone());
    Shared {
        title: match programme.document_title {
            DocumentTitle::Sertifikat => Title::Certificate,
            DocumentTitle::SuratTandaTamatPelatihan => Title::Completion,
        },
        agency: both(&template.issuer_name),
        programme: both(&programme.title),
        partners: programme.partners.clone(),
        cohort: programme.cohort_words().id,
        method: both(&programme.method),
        organiser: programme.organiser.id.clone(),
        starts: programme.cohort.starts,
        ends: programme.cohort.ends,
        hours: programme.hours,
        subjects: programme
            .subjects
            .iter()
            .map(|subject| render::Subject {
                id: subject.title.id.clone(),
                en: subject.title.en.clone(),
                hours: subject.hours,
            })
            .collect(),
        place: programme.place.clone(),
        signatory: render::Signatory {
            office: programme.signatory.office.id.clone(),
            name: programme.signatory.name.clone(),
        },
        criteria: both(&programme.criteria),
        host: office.host().to_owned(),
        show_instansi: programme.show_agency,
        test_band: office.is_test(),
    }
}
