/* SPDX-License-Identifier: Apache-2.0
 * predictor/feature.h - what detectors share: slopes, baselines, a logistic; freestanding, no heap, no libm. */
#ifndef PRO_FEATURE_H
#define PRO_FEATURE_H
#endif
