/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test: quick; links: prodrome_sim */
#include "sim/sha256.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* FIPS 180-4's examples (NIST, "Examples with Intermediate Values") and the lengths around which padding changes;
 * the latter from coreutils' sha256sum. */
static const struct {
  const char *text;
  size_t repeat;
  const char *digest;
} known[] = {
    {"", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    {"a", 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
    {"a", 55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"},
    {"a", 56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a"},
    {"a", 63, "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34"},
    {"a", 64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"},
    {"a", 65, "635361c48bb9eab14198e76ea8ab7f1a41685d6ad62aa9146d301d4f17eb0ae0"},
};

START_TEST(digests_are_those_of_the_standard) {
  size_t length = strlen(known[_i].text), size = length * known[_i].repeat;
  char *data = malloc(size + 1), digest[PRO_SHA256_TEXT];
  for (size_t i = 0; i < known[_i].repeat; i++) memcpy(data + i * length, known[_i].text, length);
  pro_sha256(digest, data, size);
  free(data);
  ck_assert_str_eq(digest, known[_i].digest);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("sha256");
  TCase *tests = tcase_create("all");
  tcase_add_loop_test(tests, digests_are_those_of_the_standard, 0, (int)(sizeof known / sizeof known[0]));
  suite_add_tcase(suite, tests);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
