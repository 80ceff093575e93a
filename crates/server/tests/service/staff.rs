//! Somebody at the desk, with a browser: cookies kept, forms filled in as the page has them.

use axum::body::Body;
use axum::http::{Method, Request, header};
use rand::SeedableRng;
use rand::rngs::ChaCha20Rng;
use server::desk::account::Enrolment;
use server::desk::vault::Vault;
use store::{NewEvent, NewUser, Role, User, UserChange, UserId};

use crate::world::{Answer, World};

/// A password that somebody chose.
pub(crate) const PASSWORD: &str = "kuda baterai staples benar";

pub(crate) struct Staff<'a> {
    pub(crate) world: &'a World,
    pub(crate) user: User,
    enrolment: Enrolment,
    pub(crate) cookie: Option<String>,
}

/// Adds a user whose first password still has to be changed.
pub(crate) async fn newcomer(world: &World, role: Role) -> Staff<'_> {
    let count = world.store.users().await.unwrap().len() as u64;
    let mut rng = ChaCha20Rng::seed_from_u64(count + 1);
    let enrolment = Enrolment::draw(&mut rng);
    let new = NewUser {
        login: format!("{}{count}@contoh.example", role.code()),
        name: format!("Nama Contoh {count}"),
        role,
        credentials: enrolment
            .credentials(&format!("{}{count}@contoh.example", role.code()), &vault(world), &mut rng)
            .unwrap(),
    };
    let user = world.store.put_user(&new, &event(world, "user-add")).await.unwrap();
    Staff { world, user, enrolment, cookie: None }
}

/// What the world's secrets are sealed with.
pub(crate) fn vault(world: &World) -> Vault {
    let vault = Vault::at(&world.office.dir);
    vault.make(&mut ChaCha20Rng::seed_from_u64(3)).unwrap();
    vault
}

/// Adds a user and signs them in.
pub(crate) async fn signed_in(world: &World, role: Role) -> Staff<'_> {
    let mut staff = newcomer(world, role).await;
    let hash = server::desk::account::hash_password(PASSWORD, &mut ChaCha20Rng::seed_from_u64(9));
    let change = UserChange::Password(hash);
    staff.user = world.store.change_user(staff.user.id, &change, &event(world, "user-password")).await.unwrap();
    let answer = staff.sign_in(PASSWORD).await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/desk"), "{}", answer.text());
    staff
}

fn event(world: &World, act: &str) -> NewEvent {
    NewEvent::new(world.now(), "test", act, UserId(0).actor())
}

impl Staff<'_> {
    /// What the authenticator shows; half a minute goes by, so that it is another one each time.
    pub(crate) fn code(&self) -> String {
        self.world.later(30);
        self.enrolment.code(self.world.now())
    }

    pub(crate) fn first_password(&self) -> String {
        self.enrolment.password.clone()
    }

    pub(crate) fn recovery_code(&self, at: usize) -> String {
        self.enrolment.recovery_codes[at].clone()
    }

    pub(crate) async fn sign_in(&mut self, password: &str) -> Answer {
        let code = self.code();
        let login = self.user.login.clone();
        self.post("/desk/masuk", &[("surel", &login), ("sandi", password), ("kode", &code)]).await
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.ask(Method::GET, path, None).await
    }

    /// As browsers ask, which take a compressed answer.
    pub(crate) async fn get_compressed(&mut self, path: &str) -> Answer {
        let request = Request::get(path)
            .header(header::HOST, "sertifikat.contoh.example")
            .header(header::COOKIE, self.cookie.clone().unwrap_or_default())
            .header(header::ACCEPT_ENCODING, "gzip");
        self.world.ask(request.body(Body::empty()).unwrap()).await
    }

    /// Sends fields, without looking at the page before.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = serde_urlencoded::to_string(fields).unwrap();
        self.ask(Method::POST, path, Some(body)).await
    }

    /// Opens a page and sends its form with these fields: the one-time token is the page's.
    pub(crate) async fn fill(&mut self, page: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = token(&self.get(page).await.text());
        let mut all = vec![("form", token.as_str())];
        all.extend_from_slice(fields);
        self.post(path, &all).await
    }

    /// Uploads a sheet from the cohort's page.
    pub(crate) async fn upload(&mut self, page: &str, name: &str, bytes: &[u8]) -> Answer {
        let html = self.get(page).await.text();
        let (_, rest) = html.split_once("/lembar?form=").unwrap_or_else(|| panic!("no upload on the page: {html}"));
        let query = rest.split('"').next().unwrap().replace("&amp;", "&");
        let head = format!("--x\r\nContent-Disposition: form-data; name=\"berkas\"; filename=\"{name}\"\r\n\r\n");
        let body = [head.as_bytes(), bytes, b"\r\n--x--\r\n"].concat();
        let request = Request::post(format!("{page}/lembar?form={query}"))
            .header(header::HOST, "sertifikat.contoh.example")
            .header("sec-fetch-site", "same-origin")
            .header(header::COOKIE, self.cookie.clone().unwrap_or_default())
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
        self.world.ask(request.body(Body::from(body)).unwrap()).await
    }

    pub(crate) async fn ask(&mut self, method: Method, path: &str, body: Option<String>) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "sertifikat.contoh.example")
            .header("sec-fetch-site", "same-origin");
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        let answer = self.world.ask(request.body(Body::from(body.unwrap_or_default())).unwrap()).await;
        if let Some(set) = answer.headers.get(header::SET_COOKIE) {
            self.cookie = set.to_str().unwrap().split(';').next().map(str::to_owned);
        }
        answer
    }
}

/// The one-time token on a page.
pub(crate) fn token(html: &str) -> String {
    let (_, rest) = html.split_once("name=\"form\" value=\"").unwrap_or_else(|| panic!("no form on the page: {html}"));
    rest[..32].to_owned()
}
