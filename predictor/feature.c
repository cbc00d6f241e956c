/* SPDX-License-Identifier: Apache-2.0 */
#include "predictor/feature.h"

typedef int pro_feature_unit_is_not_empty;
