/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/chemistry/graphite.h"

#define ANODE (1.0 / 0.345)                        /* [g/Ah] */
#define CATHODE (1.0 / 0.155)                      /* [g/Ah] */
#define ELECTROLYTE 1.6                            /* [g/Ah] */
#define SEPARATOR 0.4                              /* [g/Ah] */
#define VOLTAGE 3.76                               /* [V] */
#define LITHIUM_LEFT 0.03                          /* as in nmc811 */
#define CATHODE_LEFT ((1.0 - 0.95) / (1.0 - 0.38)) /* lithium between 0.95 (guess) and 0.95 - 0.155/0.2738 */

/* Golubkov et al., RSC Adv. 4 (2014) 3633, an 18650 of 2.6 Ah: total, and shares from memory (medium confidence).
 */
#define TOTAL 0.10 /* [mol/Ah] */
#define H2 (0.300 / 1.0 * TOTAL)
#define CO (0.276 / 1.0 * TOTAL)
#define CO2 (0.249 / 1.0 * TOTAL)
#define CH4 (0.086 / 1.0 * TOTAL)
#define C2H4 (0.077 / 1.0 * TOTAL)
#define C2H6 (0.012 / 1.0 * TOTAL)
#define SEI_GAS 0.1e-3 /* what an 18650's disc leaves room for: see lco_kim2007 */

#define HEAT 3.14e5 /* [J/kg] */
/* 3 CoO2 to Co3O4 and O2, of the delithiated 0.62: 0.62/3 mol of O2 from 97.87 g */
#define OXYGEN (0.62 / 3.0 * 31.998 / 97.87)

#define BURNT 0.05 /* calibrated on the Failure Databank's total heat of a Sanyo 18650-A, one cell type */

#define FIT CALIBRATED "on ARC onset and a critical oven of 18650 cells"

const pro_network pro_chemistry_lco = {
    .name = "lco",
    .doc =
        "LCO/graphite: anode and SEI calibrated on ARC onset and a critical oven, the cathode from "
        "literature. Calibrated for this project and not literature; for cells of any size.",
    .source =
        "Targets of the calibration, at full charge: ARC 78-131, 162-202 degC (quartiles of 34 and 28 "
        "tests of all formats, machine-extracted), critical oven 148 degC (Zhao et al., J. Energy "
        "Storage 84 (2024) 110901, a simulation); cathode: Hatchard et al., J. Electrochem. Soc. 148 "
        "(2001) A755",
    .gas_constant = 8.314,
    .k_max = 2.0,
    .gas_source =
        "Golubkov et al., RSC Adv. 4 (2014) 3633 (medium confidence); who makes it: engineering closure,"
        " low confidence",
    .species = {SPECIES, SPECIES_OXYGEN},
    .reactions =
        {
            SEI_REACTION(2.0e14, FIT),
            ANODE_REACTION(1.6e13, FIT, OXIDE_LITHIUM_GASES(C_NEG_FULL)),
            CATHODE_REACTION(6.667e11, 1.225e5, HEAT, 1.0,
                             "Hatchard et al., J. Electrochem. Soc. 148 (2001) A755, as used by public codes",
                             OXIDE_CATHODE_GASES),
            OXYGEN_REACTION(OXYGEN, HEAT, BURNT),
            ELECTROLYTE_REACTION(OXIDE_ELECTROLYTE_GASES),
            BINDER_REACTION(OXIDE_BINDER_GASES),
            SEPARATOR_REACTION,
            CROSSTALK_REACTION,
        },
};
