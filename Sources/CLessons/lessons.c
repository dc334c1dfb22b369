#include "lessons.h"

// C23, which clang has in every language mode; a change of a file is seen by the next build.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char quickstart_session[] = {
#embed "../../sessions/quickstart.session"
};
static const unsigned char latent_space_session[] = {
#embed "../../sessions/latent-space.session"
};
static const unsigned char evaluation_session[] = {
#embed "../../sessions/evaluation.session"
};
static const unsigned char vae_vs_autoencoder_session[] = {
#embed "../../sessions/vae-vs-autoencoder.session"
};
static const unsigned char resume_session[] = {
#embed "../../sessions/resume.session"
};
static const unsigned char interpolation_session[] = {
#embed "../../sessions/interpolation.session"
};
static const unsigned char conditional_session[] = {
#embed "../../sessions/conditional.session"
};
static const unsigned char denoising_session[] = {
#embed "../../sessions/denoising.session"
};
static const unsigned char tables_session[] = {
#embed "../../sessions/tables.session"
};
static const unsigned char errors_session[] = {
#embed "../../sessions/errors.session"
};
static const unsigned char files_trees_csv[] = {
#embed "../../sessions/files/trees.csv"
};
static const unsigned char files_newer_elbodb[] = {
#embed "../../sessions/files/newer.elbodb"
};

#define ENTRY(name, bytes) {name, bytes, sizeof bytes}

static const elbo_lesson_file files[] = {
    ENTRY("quickstart.session", quickstart_session),
    ENTRY("latent-space.session", latent_space_session),
    ENTRY("evaluation.session", evaluation_session),
    ENTRY("vae-vs-autoencoder.session", vae_vs_autoencoder_session),
    ENTRY("resume.session", resume_session),
    ENTRY("interpolation.session", interpolation_session),
    ENTRY("conditional.session", conditional_session),
    ENTRY("denoising.session", denoising_session),
    ENTRY("tables.session", tables_session),
    ENTRY("errors.session", errors_session),
    ENTRY("files/trees.csv", files_trees_csv),
    ENTRY("files/newer.elbodb", files_newer_elbodb),
};

elbo_lesson_file elbo_lesson_file_at(size_t index) {
  elbo_lesson_file none = {0, 0, 0};
  return index < sizeof files / sizeof files[0] ? files[index] : none;
}
