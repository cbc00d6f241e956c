/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/chemistry/graphite.h"

#define ANODE (1.0 / 0.355)   /* [g/Ah] */
#define CATHODE (1.0 / 0.200) /* [g/Ah] */
#define ELECTROLYTE 1.5       /* [g/Ah] */
#define SEPARATOR 0.3         /* [g/Ah] */
#define VOLTAGE 3.65          /* [V] */
#define LITHIUM_LEFT (0.02635 / 0.91062)
#define CATHODE_LEFT ((1.0 - 0.85397) / (1.0 - 0.26385)) /* Chen et al. 2020: lithium between 0.85 and 0.26 */

/* Total: 8.3 L from a 21700 of 5 Ah (Howard et al. 2025). Shares: medians of 16 tests in 6 papers, of 95 %
 * identified. */
#define TOTAL 0.068 /* [mol/Ah] */
#define H2 (22.0 / 95.0 * TOTAL)
#define CO (28.0 / 95.0 * TOTAL)
#define CO2 (31.0 / 95.0 * TOTAL)
#define CH4 (6.0 / 95.0 * TOTAL)
#define C2H4 (8.0 / 95.0 * TOTAL)
#define C2H6 0.0
#define SEI_GAS 0.1e-3 /* what an 18650's disc leaves room for: see lco_kim2007 */

#define HEAT 9.048e5 /* Noh et al. 2013 [J/kg] */
/* Li0.26 M O2 to MO and Li2O: 0.5 - 0.26/4 mol of O2 from 97.28 g */
#define OXYGEN ((0.5 - 0.26385 / 4.0) * 31.998 / 97.28)

#define BURNT 1.0 /* calibrated on the Failure Databank's total heat of LG 18650 and 21700 cells */

#define FIT CALIBRATED "on ARC onset and runaway and on ovens of 18650 cells"

const pro_network pro_chemistry_nmc811 = {
    .name = "nmc811",
    .doc =
        "NMC811/graphite: anode and SEI calibrated on ARC, the cathode on a calorimeter's peak. "
        "Calibrated for this project and not literature; for cells of any size.",
    .source =
        "Targets of the calibration, at full charge: ARC 85-111, 181-198 degC "
        "(10.1016/j.jpowsour.2025.237240, 10.3390/batteries9050237); cathode: Noh et al., J. Power "
        "Sources 233 (2013) 121",
    .gas_constant = 8.314,
    .k_max = 2.0,
    .gas_source =
        "total: Howard et al. 2025; shares: medians of 16 tests in 6 papers (machine-extracted); who "
        "makes it: engineering closure, low confidence",
    .species = {SPECIES, SPECIES_OXYGEN},
    .reactions =
        {
            SEI_REACTION(2.70e14, FIT),
            ANODE_REACTION(2.98e13, FIT, OXIDE_LITHIUM_GASES(C_NEG_FULL)),
            CATHODE_REACTION(7.46e13, 1.5e5, HEAT, 1.0,
                             "A: calibrated to a peak at 232 degC when heated at 5 K/min, Ea fixed; heat: Noh et "
                             "al., J. Power Sources 233 (2013) 121",
                             OXIDE_CATHODE_GASES),
            OXYGEN_REACTION(OXYGEN, HEAT, BURNT),
            ELECTROLYTE_REACTION(OXIDE_ELECTROLYTE_GASES),
            BINDER_REACTION(OXIDE_BINDER_GASES),
            SEPARATOR_REACTION,
            CROSSTALK_REACTION,
        },
};
