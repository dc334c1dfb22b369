# A figure of elbo, with its data. Look at it: gnuplot -persist FILE
# As a picture: gnuplot -e "set terminal pngcairo size 900,600 font 'Sans,14'; set output 'figure.png'" FILE
$data0 << EOD
0.0 -1.5
1.0 1.0
2.0 0.5
EOD
$data1 << EOD
0.0 -0.5
1.0 0.5
2.0 0.5
EOD
$data2 << EOD
0.0 0.5
1.0 0.0
2.0 0.5
EOD
$data3 << EOD
0.0 1.5
1.0 -0.5
2.0 0.5
EOD
unset multiplot
reset
set encoding utf8
set minussign
set border 3 lw 1 lc rgb '#666666'
set tics nomirror scale 0.6 tc rgb '#222222'
set key noenhanced samplen 2 spacing 1.2 tc rgb '#222222'
set format '%h'
set grid lc rgb '#e4e4e4' lw 1 lt 1
set label 1 'From setosa to virginica by m' at screen 0.02, screen 0.96333 left noenhanced font ':Bold,16' tc rgb '#222222'
set tmargin at screen 0.87667
set lmargin at screen 0.11111
set rmargin at screen 0.96889
set tmargin at screen 0.82667
set bmargin at screen 0.11
set label 3 'deviations from the mean of these rows' at screen 0.02222, graph 0.5 center rotate by 90 noenhanced tc rgb '#222222'
set yrange [-1.68:1.68]
set xrange [-0.04:2.04]
set xtics noenhanced ('sepal length' 0, 'sepal width' 1, 'petal length' 2)
set key at screen 0.11111, screen 0.88333 left top horizontal Left reverse maxcols 2 font ',13'
plot $data0 using 1:2 with lines lw 1.8 lc rgb '#451263' title 'setosa', $data1 using 1:2 with lines lw 1.8 lc rgb '#33628d' title '', $data2 using 1:2 with lines lw 1.8 lc rgb '#25a385' title '', $data3 using 1:2 with lines lw 1.8 lc rgb '#9ad83c' title 'virginica'
