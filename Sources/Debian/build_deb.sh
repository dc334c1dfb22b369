#!/bin/bash
# A Debian package of an installed tree: build_deb.sh ROOT FOLDER
#
# ROOT holds usr/ as `make install DESTDIR=ROOT PREFIX=/usr` writes it. Libraries that the program is linked to are
# dependencies, as dpkg-shlibdeps finds them; those that it opens at run time are recommended, and it says so where one is
# missing. Files belong to root whoever builds it.
set -euo pipefail
root=$(realpath "$1") folder=$(realpath -m "$2")
version=$("$root/usr/bin/elbo" --version | awk '{print $NF}')
architecture=$(dpkg --print-architecture)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r "$root/." "$work/root"

# dpkg-shlibdeps reads the name of the package from debian/control.
mkdir -p "$work/debian"
printf 'Source: elbo\n\nPackage: elbo\nArchitecture: any\n' > "$work/debian/control"
dependencies() {
  (cd "$work" && dpkg-shlibdeps -O "$1" > found 2> problems) || { cat "$work/problems" >&2; return 1; }
  sed -n 's/^shlibs:Depends=//p' "$work/found"
}
depends=$(dependencies root/usr/bin/elbo)
suggests="libdnnl2, jupyter-client"
if [ -e "$work/root/usr/lib/elbo/libelbo-mpi.so" ]; then
  suggests="$suggests, $(dependencies root/usr/lib/elbo/libelbo-mpi.so)"
fi

install -D -m 644 "$(dirname "$0")/copyright" "$work/root/usr/share/doc/elbo/copyright"
find "$work/root/usr/share/man" -type f -name '*.1' -exec gzip -9n {} +
find "$work/root" -type d -exec chmod 755 {} +
size=$(du -k -s "$work/root" | cut -f1)
mkdir -p "$work/root/DEBIAN" "$folder"
cat > "$work/root/DEBIAN/control" <<CONTROL
Package: elbo
Version: $version
Architecture: $architecture
Maintainer: elbo <elbo@localhost>
Installed-Size: $size
Section: science
Priority: optional
Depends: $depends
Recommends: gnuplot-nox | gnuplot, libzmq5, libcurl4, libhdf5-103-1, libtiff6, libwebp7, fonts-dejavu-core
Suggests: $suggests
Description: notebook-style prompt for variational autoencoders
 Load data, train a variational autoencoder, look at its latent space, change one
 thing, continue training, compare: at a prompt, in scripts, in Jupyter, over JSON
 lines. It has an engine of its own, which trains on the CPU.
CONTROL
(cd "$work/root" && find usr -type f -print0 | sort -z | xargs -0 md5sum > DEBIAN/md5sums)
chmod 644 "$work/root/DEBIAN"/*
dpkg-deb --build --root-owner-group "$work/root" "$folder/elbo_${version}_$architecture.deb"
