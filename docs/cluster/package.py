# SPDX-License-Identifier: GPL-3.0-or-later
# Spack: not built here. In a repository of your own (`spack repo create`), as packages/prodrome/package.py; then in the
# source tree: spack dev-build prodrome@main
from spack.package import *


class Prodrome(Package):
    """Thermal-runaway simulator and early-warning benchmark for lithium-ion cells."""

    license("GPL-3.0-or-later")

    version("main")

    depends_on("c", type="build")
    depends_on("cmake@3.20:", type="build")
    depends_on("pkgconfig", type="build")
    depends_on("check")
    depends_on("gsl")
    depends_on("hdf5+hl~mpi")
    depends_on("libdeflate")
    depends_on("libfyaml")
    depends_on("nettle@3")
    depends_on("sundials@6+cvode+static")

    def install(self, spec, prefix):
        # The program finds its scenarios where it was built.
        home = prefix.share.prodrome
        install_tree(self.stage.source_path, home)
        build = join_path(home, "build")
        cmake = which("cmake")
        cmake("-S", home, "-B", build, "-DCMAKE_BUILD_TYPE=Release")
        cmake("--build", build, "--target", "prodrome", "-j", str(make_jobs))
        mkdirp(prefix.bin)
        symlink(join_path(build, "prodrome"), prefix.bin.prodrome)
