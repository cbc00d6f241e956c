/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/chemistry/graphite.h"

#define ANODE (1.0 / 0.355)                        /* [g/Ah] */
#define CATHODE (1.0 / 0.195)                      /* [g/Ah] */
#define ELECTROLYTE 1.5                            /* [g/Ah] */
#define SEPARATOR 0.3                              /* [g/Ah] */
#define VOLTAGE 3.60                               /* [V] */
#define LITHIUM_LEFT 0.03                          /* as in nmc811 */
#define CATHODE_LEFT ((1.0 - 0.90) / (1.0 - 0.20)) /* lithium between 0.90 (guess) and 0.90 - 0.195/0.279 */

/* Golubkov et al., RSC Adv. 5 (2015) 57171, an 18650 of 3.35 Ah: total (from memory, medium) and shares. Medians
 * of other work have more CO2 (42 %) and less CO (10 %). */
#define TOTAL (0.273 / 3.35) /* [mol/Ah] */
#define H2 (28.5 / 100.2 * TOTAL)
#define CO (41.5 / 100.2 * TOTAL)
#define CO2 (22.7 / 100.2 * TOTAL)
#define CH4 (5.9 / 100.2 * TOTAL)
#define C2H4 (1.3 / 100.2 * TOTAL)
#define C2H6 (0.3 / 100.2 * TOTAL)
#define SEI_GAS 0.1e-3 /* what an 18650's disc leaves room for: see lco_kim2007 */

#define HEAT 8.50e5 /* medium confidence [J/kg] */
/* Li0.20 Ni0.8Co0.15Al0.05 O2 to MO, AlO1.5 and Li2O: (2 - 0.95 - 0.075 - 0.20/2)/2 mol of O2 from 96.08 g */
#define OXYGEN ((0.975 - 0.20 / 2.0) / 2.0 * 31.998 / 96.08)

#define BURNT 1.0 /* calibrated on the Failure Databank's total heat of a Saft VES16 and a Samsung 30Q */

#define FIT CALIBRATED "on ARC onset and runaway and on ovens of 18650 cells"

const pro_network pro_chemistry_nca = {
    .name = "nca",
    .doc =
        "NCA/graphite: anode and SEI calibrated on ARC, the cathode on a calorimeter's peak. Calibrated "
        "for this project and not literature; for cells of any size.",
    .source = "Targets of the calibration, at full charge: ARC 93-96, 196-203 degC (10.3390/batteries9050237)",
    .gas_constant = 8.314,
    .k_max = 2.0,
    .gas_source =
        "Golubkov et al., RSC Adv. 5 (2015) 57171 (total: medium confidence); who makes it: engineering "
        "closure, low confidence",
    .species = {SPECIES, SPECIES_OXYGEN},
    .reactions =
        {
            SEI_REACTION(3.42e14, FIT),
            ANODE_REACTION(3.58e13, FIT, OXIDE_LITHIUM_GASES(C_NEG_FULL)),
            CATHODE_REACTION(1.008e14, 1.5e5, HEAT, 1.0,
                             "A: calibrated to a peak at 228 degC when heated at 5 K/min, Ea fixed; heat, peak: "
                             "medium confidence",
                             OXIDE_CATHODE_GASES),
            OXYGEN_REACTION(OXYGEN, HEAT, BURNT),
            ELECTROLYTE_REACTION(OXIDE_ELECTROLYTE_GASES),
            BINDER_REACTION(OXIDE_BINDER_GASES),
            SEPARATOR_REACTION,
            CROSSTALK_REACTION,
        },
};
