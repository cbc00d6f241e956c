/* SPDX-License-Identifier: Apache-2.0 */
#include "predictor/detector.h"

#include "registry/detector.def"

#define PRO_DECLARE(name) extern const pro_detector pro_detector_##name;
PRO_detector_LIST(PRO_DECLARE)

#define PRO_ENTRY(name) &pro_detector_##name,
    const pro_detector *const pro_detector_all[] = {PRO_detector_LIST(PRO_ENTRY) NULL};

#define PRO_AS_NAME(name, unit) #name,
const char *const pro_channel_names[PRO_CHANNEL_COUNT] = {PRO_CHANNEL_LIST(PRO_AS_NAME)};

const pro_detector *pro_detector_find(const char *name) {
  for (const pro_detector *const *it = pro_detector_all; *it; it++) {
    const char *a = (*it)->name, *b = name;
    while (*a && *a == *b) a++, b++;
    if (*a == *b) return *it;
  }
  return NULL;
}
