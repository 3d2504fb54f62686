// Words and sums of the evidence grades, as the server has them.
export const grades = ['未开始', '已开始', '已提交', '已到设备', '已呈现', '已确认', '已上门'];

const format = new Intl.NumberFormat('en-US');
export const number = n => format.format(n);

export function percent(part, whole) {
  if (whole <= 0) return '–';
  let share = Math.round(100 * part / whole);
  if (share === 100 && part < whole) share = 99;
  return share === 0 && part > 0 ? '<1 %' : `${share} %`;
}

// The grade that at least half of the households have reached.
export function gradeOfHalf(counts) {
  const total = counts.reduce((a, b) => a + b, 0);
  let above = 0;
  for (let grade = counts.length - 1; grade > 0; grade--) {
    above += counts[grade];
    if (above > 0 && above * 2 >= total) return grade;
  }
  return 0;
}
