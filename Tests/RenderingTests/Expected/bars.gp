# A figure of elbo, with its data. Look at it: gnuplot -persist FILE
# As a picture: gnuplot -e "set terminal pngcairo size 900,600 font 'Sans,14'; set output 'figure.png'" FILE
$data0 << EOD
0.0 2.0
1.0 1.0
2.0 0.5
EOD
$data1 << EOD
3.0 0.001
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
set label 1 'KL per dimension of m' at screen 0.02, screen 0.96333 left noenhanced font ':Bold,16' tc rgb '#222222'
set tmargin at screen 0.87667
set label 5 'latent dimension' at graph 0.5, screen 0.03333 center noenhanced tc rgb '#222222'
set label 3 'KL, nats' at screen 0.02222, graph 0.5 center rotate by 90 noenhanced tc rgb '#222222'
set tmargin at screen 0.82667
set key at screen 0.11111, screen 0.88333 left top horizontal Left reverse maxcols 2 font ',13'
set lmargin at screen 0.11111
set rmargin at screen 0.96889
set bmargin at screen 0.11
set style fill solid 1 noborder
set boxwidth 0.8
set yrange [0:2.12]
set xrange [-0.7:3.7]
unset grid
set grid y lc rgb '#e4e4e4' lw 1 lt 1
set xtics noenhanced scale 0 ('3' 0, '1' 1, '0' 2, '2' 3)
plot $data0 using 1:2 with boxes lc rgb '#332288' title 'active', $data1 using 1:2 with boxes lc rgb '#bbbbbb' title 'inactive'
