//! The bodies of requests: read as they arrive, with a limit on what lies in memory of all of them together, of uploads, and of
//! those from one address.
//!
//! Counted is what has come, never what is announced: who sends nothing takes nothing from others. Who sends more than there is
//! room for is told to come back; nobody waits here, so that half-read bodies never wait for each other.

use std::net::IpAddr;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Body;

use crate::share::{Held, Share};

/// The largest body of an ordinary request.
pub const BODY_BYTES_MAX: usize = 4 << 20;
/// The largest body of an upload (`PUT …/$value`, `PUT …/content`, a block of a file): a package. Read from whoever shows a token
/// of ours that counts, or an address that we gave out; whether they may upload is asked when all has come.
pub const UPLOAD_BYTES_MAX: usize = 512 << 20;
/// Bytes of ordinary bodies in memory at once. Uploads take nothing of it.
pub const BODIES_BYTES_MAX: usize = 256 << 20;
/// Of these from one address, so that a few strangers do not take them all.
pub const BODIES_OF_ONE_BYTES_MAX: usize = 64 << 20;
/// Bytes of uploads in memory at once.
pub const UPLOADS_BYTES_MAX: usize = 768 << 20;
/// Of these from one address: one of the largest.
pub const UPLOADS_OF_ONE_BYTES_MAX: usize = UPLOAD_BYTES_MAX;
/// The beginning of each body is not counted: as many as may be on their way (`listen::ARRIVING_MAX`) take no more than as much again.
const SMALL_BYTES: usize = 16 << 10;
/// What comes after it is counted in pieces of this size.
const PIECE_BYTES: usize = 64 << 10;

/// Why a body was not read.
#[derive(Debug, PartialEq, Eq)]
pub enum Unread {
    /// It has more than so many bytes.
    TooLong(usize),
    /// There is no room for more at the moment.
    NoRoom,
    Broken,
}

/// What all bodies share.
pub struct Bodies {
    ordinary: Share,
    uploads: Share,
}

impl Default for Bodies {
    fn default() -> Bodies {
        Bodies {
            ordinary: share(BODIES_BYTES_MAX, BODIES_OF_ONE_BYTES_MAX),
            uploads: share(UPLOADS_BYTES_MAX, UPLOADS_OF_ONE_BYTES_MAX),
        }
    }
}

impl Bodies {
    /// Read a body to its end. Its room is taken for as long as the second part of the answer is held.
    pub async fn read<B>(&self, mut body: B, from: IpAddr, is_upload: bool) -> Result<(Bytes, Held<'_>), Unread>
    where
        B: Body<Data = Bytes> + Unpin,
    {
        let (share, limit) =
            if is_upload { (&self.uploads, UPLOAD_BYTES_MAX) } else { (&self.ordinary, BODY_BYTES_MAX) };
        if body.size_hint().lower() > limit as u64 {
            return Err(Unread::TooLong(limit));
        }
        let mut held = share.hold(from);
        let mut read = Vec::new();
        while let Some(frame) = body.frame().await {
            // What is no data are trailers, which nobody reads here.
            let Ok(data) = frame.map_err(|_| Unread::Broken)?.into_data() else { continue };
            if read.len() + data.len() > limit {
                return Err(Unread::TooLong(limit));
            }
            if !held.reach((read.len() + data.len()).saturating_sub(SMALL_BYTES).div_ceil(PIECE_BYTES)) {
                return Err(Unread::NoRoom);
            }
            // Copied: a frame of one byte would keep the whole buffer in which it came.
            read.extend_from_slice(&data);
        }
        Ok((read.into(), held))
    }
}

fn share(bytes_max: usize, of_one_bytes_max: usize) -> Share {
    Share::new(bytes_max / PIECE_BYTES, of_one_bytes_max / PIECE_BYTES)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::io::Error;
    use std::pin::{Pin, pin};
    use std::task::{Context, Poll, Waker};

    use http_body_util::Full;
    use hyper::body::Frame;

    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
    const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(198, 51, 100, 1));
    const MIB: usize = 1 << 20;

    /// So many bytes come of a body whose length is not announced, and then what `then` says; nothing: the rest is waited for.
    struct Coming(usize, Option<Then>);

    #[derive(Clone, Copy)]
    enum Then {
        End,
        Break,
    }

    impl Body for Coming {
        type Data = Bytes;
        type Error = Error;

        fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
            let bytes = self.0.min(MIB);
            self.0 -= bytes;
            match self.1 {
                _ if bytes > 0 => Poll::Ready(Some(Ok(Frame::data(vec![b'x'; bytes].into())))),
                Some(Then::End) => Poll::Ready(None),
                Some(Then::Break) => Poll::Ready(Some(Err(Error::other("gone")))),
                None => Poll::Pending,
            }
        }
    }

    fn poll<T>(reading: Pin<&mut (impl Future<Output = T> + ?Sized)>) -> Poll<T> {
        reading.poll(&mut Context::from_waker(Waker::noop()))
    }

    /// The length of a body that comes at once.
    fn read(
        bodies: &Bodies,
        from: IpAddr,
        is_upload: bool,
        body: impl Body<Data = Bytes> + Unpin,
    ) -> Result<usize, Unread> {
        match poll(pin!(bodies.read(body, from, is_upload))) {
            Poll::Ready(read) => read.map(|(bytes, _)| bytes.len()),
            Poll::Pending => panic!("it waits"),
        }
    }

    fn whole(bytes: usize) -> Full<Bytes> {
        Full::new(vec![b'x'; bytes].into())
    }

    #[test]
    fn bodies_of_which_nothing_comes_take_nothing() {
        let bodies = Bodies::default();
        let mut open: Vec<_> = (0..4_096).map(|_| Box::pin(bodies.read(Coming(1, None), HERE, false))).collect();
        assert!(open.iter_mut().all(|reading| poll(reading.as_mut()).is_pending()));
        assert_eq!(read(&bodies, HERE, false, whole(BODY_BYTES_MAX)), Ok(BODY_BYTES_MAX));
        assert_eq!(read(&bodies, HERE, false, Coming(BODY_BYTES_MAX, Some(Then::End))), Ok(BODY_BYTES_MAX));
    }

    #[test]
    fn one_address_does_not_take_all_and_gives_back_what_it_took() {
        let bodies = Bodies::default();
        let mut open = Vec::new();
        let why = loop {
            let mut reading = Box::pin(bodies.read(Coming(3 * MIB, None), HERE, false));
            match poll(reading.as_mut()) {
                Poll::Pending => open.push(reading),
                Poll::Ready(read) => break read.map(drop),
            }
        };
        assert_eq!((why, open.len()), (Err(Unread::NoRoom), 21), "64 MiB, and the beginnings");
        assert_eq!(read(&bodies, HERE, false, whole(SMALL_BYTES)), Ok(SMALL_BYTES), "small ones go on");
        assert_eq!(read(&bodies, THERE, false, whole(BODY_BYTES_MAX)), Ok(BODY_BYTES_MAX), "and those of others");
        open.pop();
        assert_eq!(read(&bodies, HERE, false, whole(3 * MIB)), Ok(3 * MIB));
        drop(open);
        assert_eq!(bodies.ordinary.taken(), (0, 0));
    }

    #[test]
    fn a_body_takes_its_room_until_it_is_let_go() {
        let bodies = Bodies::default();
        let taken = || bodies.ordinary.taken().0;
        let Poll::Ready(Ok((bytes, held))) = poll(pin!(bodies.read(whole(MIB), HERE, false))) else {
            panic!("not read")
        };
        assert_eq!((bytes.len(), taken()), (MIB, (MIB - SMALL_BYTES).div_ceil(PIECE_BYTES)));
        drop(held);
        assert_eq!(taken(), 0);
    }

    #[test]
    fn uploads_take_nothing_from_ordinary_requests_and_have_an_end_themselves() {
        let bodies = Bodies::default();
        let (mut largest, mut rest) = (bodies.uploads.hold(HERE), bodies.uploads.hold(THERE));
        assert!(largest.reach(UPLOAD_BYTES_MAX / PIECE_BYTES), "one of the largest");
        assert_eq!(read(&bodies, HERE, true, whole(MIB)), Err(Unread::NoRoom), "another one from there");
        assert_eq!(read(&bodies, THERE, true, whole(MIB)), Ok(MIB));
        assert!(rest.reach((UPLOADS_BYTES_MAX - UPLOAD_BYTES_MAX) / PIECE_BYTES));
        assert_eq!(read(&bodies, IpAddr::V6(std::net::Ipv6Addr::LOCALHOST), true, whole(MIB)), Err(Unread::NoRoom));
        assert_eq!(read(&bodies, HERE, false, whole(BODY_BYTES_MAX)), Ok(BODY_BYTES_MAX));
    }

    #[test]
    fn what_is_too_long_or_breaks_off_is_not_taken_for_whole() {
        let bodies = Bodies::default();
        let long = BODY_BYTES_MAX + 1;
        assert_eq!(read(&bodies, HERE, false, whole(long)), Err(Unread::TooLong(BODY_BYTES_MAX)));
        assert_eq!(read(&bodies, HERE, false, Coming(long, None)), Err(Unread::TooLong(BODY_BYTES_MAX)));
        assert_eq!(read(&bodies, HERE, true, Coming(long, Some(Then::End))), Ok(long));
        assert_eq!(read(&bodies, HERE, false, Coming(9, Some(Then::Break))), Err(Unread::Broken));
    }
}
