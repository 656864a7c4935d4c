//! The branding of an organisation: made when it is first written to, and its images, which are bytes at paths of their own
//! (`organization/{id}/branding/bannerLogo`, `…/branding/localizations/{language}/bannerLogo`).
//!
//! Everything else of it is answered like any other object.

use directory::{Attr, Call, Change, Decision, Id, Kind, LinkId, Object, Snapshot, Value};
use engine::{OwnedVerb, Submission, View};
use schema::ID;
use schema::organization::ORGANIZATION;
use schema::organizational_branding::{
    CDN_LIST, DEFAULT_BRANDING, IMAGES, ORGANIZATIONAL_BRANDING, ORGANIZATIONAL_BRANDING_LOCALIZATION,
};

use crate::errors::Error;
use crate::exchange::{Content, Exchange, Reply};
use crate::write::failed;

const BRANDING: LinkId = LinkId::of("branding");
const LOCALIZATIONS: LinkId = LinkId::of("localizations");

/// Answer, if an image is meant; prepare the way if the branding is written to for the first time.
pub async fn answer(exchange: &Exchange) -> Option<Result<Reply, Error>> {
    let owner = exchange.segments.get(1).and_then(|segment| directory::id_from_text(&segment.text()))?;
    let writes = matches!(exchange.method.as_str(), "PATCH" | "POST" | "PUT");
    let view = exchange.view();
    view.now().find_a(&ORGANIZATION, owner).filter(|organization| view.sees(organization))?;
    if writes
        && view.now().linked(owner, BRANDING).is_none()
        && let Err(error) = begin(exchange, &view, owner).await
    {
        return Some(Err(error));
    }
    drop(view);
    let rest: Vec<String> = exchange.segments.iter().skip(3).map(crate::path::Segment::text).collect();
    let (language, name) = match rest.as_slice() {
        [name] => (DEFAULT_BRANDING, name),
        [all, language, name] if all.eq_ignore_ascii_case("localizations") => (language.as_str(), name),
        _ => return None,
    };
    let image = IMAGES.iter().find(|(known, ..)| known.eq_ignore_ascii_case(name))?;
    Some(answer_image(exchange, owner, language, image).await)
}

/// The organisation's own branding, empty.
async fn begin(exchange: &Exchange, view: &View, owner: Id) -> Result<(), Error> {
    let question = (OwnedVerb::Create, &ORGANIZATIONAL_BRANDING, None);
    let decide = move |now: &Snapshot, call: &Call<'_>| {
        // Somebody else may have been quicker.
        if now.linked(owner, BRANDING).is_some() {
            return Ok(Decision::change(Vec::new()));
        }
        let id = call.new_id();
        let attributes = vec![(ID.id, DEFAULT_BRANDING.into())];
        let create = Change::Create { id, kind: ORGANIZATIONAL_BRANDING.id(), attributes };
        Ok(Decision::change(vec![create, Change::link(owner, BRANDING, id)]))
    };
    let submission = Submission::asking(view.caller(), "Add organizational branding", question, decide);
    exchange.engine.submit(submission).await.map_err(|failure| failed(&failure, Some(&ORGANIZATIONAL_BRANDING)))?;
    Ok(())
}

async fn answer_image(
    exchange: &Exchange,
    owner: Id,
    language: &str,
    (name, served, most): &(&'static str, Attr<str>, usize),
) -> Result<Reply, Error> {
    let view = exchange.view();
    let (branding, kind) = find(&view, owner, language).ok_or_else(|| Error::missing(language))?;
    match exchange.method.as_str() {
        "GET" => {
            let sha256 = branding.get(*served).and_then(sha256_of).ok_or_else(|| Error::missing(name))?;
            let bytes = exchange.engine.blob_get(sha256).map_err(|_| Error::unavailable())?;
            let bytes = bytes.ok_or_else(|| Error::missing(name))?;
            let media_type = media_type(&bytes).ok_or_else(Error::unavailable)?;
            Ok(Reply { status: 200, headers: Vec::new(), content: Content::Bytes(media_type, bytes) })
        }
        "PUT" => {
            if exchange.body.len() > *most {
                return Err(Error::too_large("image", *most));
            }
            if media_type(&exchange.body).is_none() {
                return Err(Error::bad("The image has to be a PNG or JPEG; send its bytes as the body."));
            }
            // Asked before the bytes are kept: a stranger must not fill the disk.
            let act = directory::Act { verb: directory::Verb::Update, kind, target: Some(branding), changes: &[] };
            exchange.engine.allow(view.caller(), &act).map_err(|refusal| Error::refused(&refusal, Some(kind)))?;
            let sha256 = exchange.engine.blob_put(exchange.body.to_vec()).await.map_err(|_| Error::unavailable())?;
            let address = format!("{}/branding/{sha256}", exchange.engine.tenant());
            let host = exchange.origin.split_once("://").map_or(exchange.origin.as_str(), |(_, host)| host);
            set(exchange, &view, (branding, kind), *served, Some(address.into()), Some(vec![host.to_owned()].into()))
                .await
        }
        "DELETE" => set(exchange, &view, (branding, kind), *served, None, branding.value(CDN_LIST.id)).await,
        _ => Err(Error::method()),
    }
}

/// Write down where the image is served.
async fn set(
    exchange: &Exchange,
    view: &View,
    (branding, kind): (&Object, &'static Kind),
    served: Attr<str>,
    address: Option<Value>,
    hosts: Option<Value>,
) -> Result<Reply, Error> {
    let id = branding.id;
    let question = (OwnedVerb::Update, kind, Some(id));
    let decide = move |now: &Snapshot, _: &Call<'_>| {
        let branding = now.get(id)?;
        let put = |attribute, new: &Option<Value>| Change::Set {
            id,
            attribute,
            old: branding.value(attribute),
            new: new.clone(),
        };
        Ok(Decision::change(vec![put(served.id, &address), put(CDN_LIST.id, &hosts)]))
    };
    let submission = Submission::asking(view.caller(), "Update organizational branding", question, decide);
    exchange.engine.submit(submission).await.map_err(|failure| failed(&failure, Some(kind)))?;
    Ok(Reply::empty())
}

/// The branding for a language; `0` and `default` are the organisation's own.
fn find<'v>(view: &'v View, owner: Id, language: &str) -> Option<(&'v Object, &'static Kind)> {
    let own = view.now().linked(owner, BRANDING).filter(|branding| view.sees(branding))?;
    if language == DEFAULT_BRANDING || language.eq_ignore_ascii_case("default") {
        return Some((own, &ORGANIZATIONAL_BRANDING));
    }
    let mut all = view.now().links(own.id, LOCALIZATIONS).map(|link| link.object);
    let found = all.find(|branding| branding.get(ID).is_some_and(|id| id.eq_ignore_ascii_case(language)))?;
    view.sees(found).then_some((found, &ORGANIZATIONAL_BRANDING_LOCALIZATION))
}

/// The name of the blob in an address that [`answer_image`] wrote.
fn sha256_of(address: &str) -> Option<&str> {
    address.rsplit('/').next()
}

/// What bytes are by their signature. Nothing that a browser would run: no SVG.
fn media_type(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        _ => None,
    }
}
