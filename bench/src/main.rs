//! `make bench`
mod size;
fn main() {
    for n in std::env::args().skip(1) {
        let s = size::measure(n.parse().expect("a number"));
        println!("{} objects {} links: {:.2} s, {:.0} B each", s.objects, s.links, s.seconds_to_load, s.bytes_each);
    }
}
